import {
  type AutoScalingClient,
  type AutoScalingGroup,
  DescribeAutoScalingGroupsCommand,
  DescribeAutoScalingInstancesCommand,
  EnterStandbyCommand,
  TerminateInstanceInAutoScalingGroupCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  DescribeTargetHealthCommand,
  type ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { FleetError } from '../fleet-error.ts';
import type { SlotName, Slots } from '../slots.ts';
import type { Parameters } from './ssm-parameters.ts';

interface AutoScalingSlotsDeps {
  autoScaling: AutoScalingClient;
  elb: ElasticLoadBalancingV2Client;
  parameters: Parameters;
  launchTemplateId: string;
  groups: Record<SlotName, string>;
  targetGroups: Record<SlotName, string>;
}

/**
 * Slots as Auto Scaling groups. What a group runs and its minimum stand in parameters too, written first: the
 * stack's template reads them, so that an update of the stack leaves a slot as the controller has set it.
 */
export function createAutoScalingSlots(deps: AutoScalingSlotsDeps): Slots {
  const { autoScaling, elb, parameters, launchTemplateId, groups, targetGroups } = deps;

  async function readGroup(name: SlotName): Promise<AutoScalingGroup> {
    const { AutoScalingGroups = [] } = await autoScaling.send(
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [groups[name]] }),
    );
    const group = AutoScalingGroups[0];
    if (group) return group;
    throw new FleetError(`There is no Auto Scaling group ${groups[name]}.`, {
      advice: 'Repair the stack with `fleet up`.',
    });
  }

  /** The state of each target, such as `healthy`, or `unused` as long as no rule names the target group. */
  async function targetStates(name: SlotName): Promise<Map<string | undefined, string | undefined>> {
    const { TargetHealthDescriptions = [] } = await elb.send(
      new DescribeTargetHealthCommand({ TargetGroupArn: targetGroups[name] }),
    );
    return new Map(
      TargetHealthDescriptions.map(({ Target, TargetHealth }) => [Target?.Id, TargetHealth?.State]),
    );
  }

  async function groupOf(instanceId: string): Promise<string> {
    const { AutoScalingInstances = [] } = await autoScaling.send(
      new DescribeAutoScalingInstancesCommand({ InstanceIds: [instanceId] }),
    );
    const group = AutoScalingInstances[0]?.AutoScalingGroupName;
    if (group !== undefined && Object.values(groups).includes(group)) return group;
    throw new FleetError(`${instanceId} is in no slot of this fleet.`, { advice: 'See `fleet status`.' });
  }

  async function putIfNew(name: string, value: number): Promise<void> {
    if ((await parameters.get(name))?.value !== String(value)) await parameters.put(name, String(value));
  }

  return {
    async read(name) {
      const [group, states] = await Promise.all([readGroup(name), targetStates(name)]);
      return {
        name,
        version: Number(group.LaunchTemplate?.Version),
        min: group.MinSize ?? 0,
        desired: group.DesiredCapacity ?? 0,
        max: group.MaxSize ?? 0,
        instances: (group.Instances ?? []).map((instance) => ({
          id: instance.InstanceId ?? '',
          zone: instance.AvailabilityZone ?? '',
          version: instance.LaunchTemplate?.Version ? Number(instance.LaunchTemplate.Version) : undefined,
          state: instance.LifecycleState ?? '',
          healthy: states.get(instance.InstanceId) === 'healthy',
          unchecked: states.get(instance.InstanceId) === 'unused',
        })),
      };
    },
    async setVersion(name, version) {
      await putIfNew(`slots/${name}/version`, version);
      await autoScaling.send(
        new UpdateAutoScalingGroupCommand({
          AutoScalingGroupName: groups[name],
          // Always a number: `$Latest` would let a new version in unseen.
          LaunchTemplate: { LaunchTemplateId: launchTemplateId, Version: String(version) },
        }),
      );
    },
    async resize(name, { min, desired }) {
      const group = await readGroup(name);
      if (desired > (group.MaxSize ?? 0)) {
        throw new FleetError(
          `Slot ${name} may have ${group.MaxSize} instances at most, and needs ${desired}.`,
          {
            advice: `Raise the limit with \`fleet up --parameter MaxSize=${desired}\`.`,
          },
        );
      }
      await putIfNew(`slots/${name}/min`, min);
      if (group.MinSize === min && group.DesiredCapacity === desired) return;
      await autoScaling.send(
        new UpdateAutoScalingGroupCommand({
          AutoScalingGroupName: groups[name],
          MinSize: min,
          DesiredCapacity: desired,
        }),
      );
    },
    async end(instanceId) {
      await groupOf(instanceId);
      await autoScaling.send(
        new TerminateInstanceInAutoScalingGroupCommand({
          InstanceId: instanceId,
          ShouldDecrementDesiredCapacity: true,
        }),
      );
    },
    async setAside(instanceId) {
      await autoScaling.send(
        new EnterStandbyCommand({
          AutoScalingGroupName: await groupOf(instanceId),
          InstanceIds: [instanceId],
          ShouldDecrementDesiredCapacity: true,
        }),
      );
    },
  };
}
