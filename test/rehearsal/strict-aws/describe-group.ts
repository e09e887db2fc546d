import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type { Members } from './aws-call.ts';
import { AwsError } from './aws-error.ts';
import type { Activity, Group, Member } from './group-state.ts';
import type { World } from './world.ts';

/** moto's description of a group, with the sizes and the instances that it really has. */
export function describeGroup(described: AutoScalingGroup, group: Group): Members {
  const { MixedInstancesPolicy, ...rest } = described;
  return {
    ...rest,
    // moto has an empty one for every group.
    ...(MixedInstancesPolicy?.LaunchTemplate && { MixedInstancesPolicy }),
    MinSize: group.min,
    MaxSize: group.max,
    DesiredCapacity: group.desired,
    Instances: group.members.map((member) => describeInstance(member)),
    ...(group.deleting && { Status: 'Delete in progress' }),
  };
}

function describeInstance(member: Member): Members {
  return {
    InstanceId: member.id,
    InstanceType: member.type,
    AvailabilityZone: member.zone,
    LifecycleState: member.state,
    HealthStatus: member.health,
    LaunchTemplate: {
      LaunchTemplateId: member.template.id,
      LaunchTemplateName: member.template.name,
      Version: member.version,
    },
    ProtectedFromScaleIn: member.protected,
  };
}

/** As DescribeAutoScalingInstances has it, where the health is in capitals. */
export function describeMember(member: Member, group: Group): Members {
  return {
    ...describeInstance(member),
    AutoScalingGroupName: group.name,
    HealthStatus: member.health.toUpperCase(),
  };
}

export function activityOf(group: Group, activity: Activity): Members {
  return {
    ActivityId: activity.id,
    AutoScalingGroupName: group.name,
    Description: activity.description,
    Cause: activity.cause,
    StartTime: activity.start,
    StatusCode: activity.status,
    StatusMessage: activity.message,
    Progress: activity.status === 'InProgress' ? 50 : 100,
  };
}

/** The words are those of TerminateInstanceInAutoScalingGroup for an instance that no group has. */
export function memberOfGroup(world: World, id: string): { group: Group; member: Member } {
  const found = world.member(id);
  if (!found)
    throw new AwsError(
      'ValidationError',
      `Instance Id not found - No managed instance found for instance ID: ${id}`,
    );
  return found;
}
