import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import { finish } from './lifecycle.ts';
import { settle } from './settle.ts';
import type { World } from './world.ts';

/**
 * Brings the stand-in's groups in line with moto's after something else than a call on the group itself has made,
 * changed or deleted them: a stack. moto starts a group's instances at once, and makes a group anew where
 * CloudFormation updates it; here instances take time, and outlive an update of their stack. `least` are the sizes
 * that the stack's template gives.
 */
export async function adoptGroups(world: World, least = new Map<string, number>()): Promise<void> {
  const { moto, groups } = world;
  const { AutoScalingGroups = [] } = await moto.autoScaling.describeAutoScalingGroups();
  const described = new Map(AutoScalingGroups.map((group) => [group.AutoScalingGroupName ?? '', group]));
  for (const [name, group] of groups) {
    if (described.has(name)) continue;
    for (const member of [...group.members]) await finish(world, group, member);
    groups.delete(name);
  }
  for (const [name, group] of described) {
    const known = groups.get(name);
    const arn = group.AutoScalingGroupARN ?? '';
    if (known?.arn === arn) continue;
    await empty(world, group);
    const min = least.get(name) ?? group.MinSize ?? 0;
    const max = group.MaxSize ?? 0;
    // A stack that does not say how many are desired leaves that as it is, within the new bounds.
    const desired = Math.min(Math.max(known?.desired ?? group.DesiredCapacity ?? min, min), max);
    const adopted = { name, members: [], activities: [], deleting: false, ...known, arn, min, max, desired };
    groups.set(name, adopted);
    await settle(world, adopted);
  }
}

/** Ends what moto has started itself. */
async function empty({ moto }: World, { AutoScalingGroupName, Instances = [] }: AutoScalingGroup) {
  if (Instances.length > 0) {
    await moto.autoScaling.setDesiredCapacity({ AutoScalingGroupName, DesiredCapacity: 0 });
  }
}
