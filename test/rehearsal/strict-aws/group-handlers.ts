import { adoptGroups } from './adopt-groups.ts';
import { advance } from './advance.ts';
import type { Members } from './aws-call.ts';
import { AwsError } from './aws-error.ts';
import type { Handlers } from './behaviour.ts';
import { activityOf, describeGroup, describeMember, memberOfGroup } from './describe-group.ts';
import { checkSizes } from './group-refusals.ts';
import { terminate } from './lifecycle.ts';
import { settle } from './settle.ts';
import type { World } from './world.ts';

/** Auto Scaling groups whose instances take time. moto keeps the settings, and an empty group for each. */
export function createGroupHandlers(world: World): Handlers {
  const { moto, groups } = world;
  const get = (name: string) => {
    const group = groups.get(name);
    if (!group) throw new AwsError('ValidationError', `AutoScalingGroup name not found - ${name}`);
    return group;
  };
  const step = async () => {
    if (world.settings.steps) await advance(world);
  };
  return {
    async 'autoscaling.CreateAutoScalingGroup'({ params }) {
      const {
        MinSize: min,
        MaxSize: max,
        DesiredCapacity: desired = min,
        LifecycleHookSpecificationList,
      } = params;
      const name = params.AutoScalingGroupName;
      const { LifecycleHookSpecificationList: _hooks, ...rest } = params;
      await moto.autoScaling.createAutoScalingGroup({ ...rest, ...emptied(name) });
      for (const hook of LifecycleHookSpecificationList ?? []) {
        await moto.autoScaling.putLifecycleHook({ AutoScalingGroupName: name, ...hook });
      }
      await adoptGroups(world);
      const group = get(name);
      Object.assign(group, { min, max, desired });
      await settle(world, group);
      return {};
    },
    async 'autoscaling.UpdateAutoScalingGroup'({ params }) {
      const group = get(params.AutoScalingGroupName);
      const { min, max, desired } = checkSizes(group, params);
      const { MinSize: _min, MaxSize: _max, DesiredCapacity: _desired, ...rest } = params;
      await moto.autoScaling.updateAutoScalingGroup({ ...rest, AutoScalingGroupName: group.name });
      Object.assign(group, { min, max, desired });
      await settle(world, group);
      return {};
    },
    async 'autoscaling.SetDesiredCapacity'({ params }) {
      const group = get(params.AutoScalingGroupName);
      group.desired = params.DesiredCapacity;
      await settle(world, group);
      return {};
    },
    async 'autoscaling.DeleteAutoScalingGroup'({ params }) {
      const group = get(params.AutoScalingGroupName);
      if (group.members.length === 0) {
        await moto.autoScaling.deleteAutoScalingGroup({ AutoScalingGroupName: group.name });
        groups.delete(group.name);
      } else {
        Object.assign(group, { deleting: true, min: 0, desired: 0 });
      }
      return {};
    },
    async 'autoscaling.DescribeAutoScalingGroups'({ params }) {
      const { AutoScalingGroups = [], NextToken } = await moto.autoScaling.describeAutoScalingGroups(params);
      const found: Members[] = [];
      for (const described of AutoScalingGroups) {
        const group = groups.get(described.AutoScalingGroupName ?? '');
        found.push(group ? describeGroup(described, group) : described);
      }
      await step();
      return { AutoScalingGroups: found, NextToken };
    },
    async 'autoscaling.DescribeAutoScalingInstances'({ params }) {
      const wanted: string[] | undefined = params.InstanceIds;
      const found: Members[] = [];
      for (const group of groups.values()) {
        for (const member of group.members) {
          if (wanted?.includes(member.id) ?? true) found.push(describeMember(member, group));
        }
      }
      await step();
      return { AutoScalingInstances: found };
    },
    'autoscaling.DescribeScalingActivities'({ params }) {
      const named = params.AutoScalingGroupName ? [get(params.AutoScalingGroupName)] : [...groups.values()];
      const found = named.flatMap((group) => group.activities.map((activity) => activityOf(group, activity)));
      return { Activities: found.slice(0, params.MaxRecords ?? 100) };
    },
    async 'autoscaling.SetInstanceHealth'({ params }) {
      const { group, member } = memberOfGroup(world, params.InstanceId);
      member.health = params.HealthStatus;
      if (member.health === 'Unhealthy') {
        await terminate(
          world,
          group,
          member,
          'an instance was taken out of service in response to a user health-check.',
        );
        await settle(world, group);
      }
      return {};
    },
    'autoscaling.SetInstanceProtection'({ params }) {
      for (const id of params.InstanceIds)
        memberOfGroup(world, id).member.protected = params.ProtectedFromScaleIn;
      return {};
    },
  };
}

/** What moto is told: it starts instances of its own for any other size. */
const emptied = (AutoScalingGroupName: string) => ({
  AutoScalingGroupName,
  MinSize: 0,
  MaxSize: 0,
  DesiredCapacity: 0,
});
