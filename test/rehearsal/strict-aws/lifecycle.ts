import { randomUUID } from 'node:crypto';
import { note } from './activities.ts';
import type { Group, Member } from './group-state.ts';
import type { World } from './world.ts';

type Transition = 'autoscaling:EC2_INSTANCE_LAUNCHING' | 'autoscaling:EC2_INSTANCE_TERMINATING';

/** Puts an instance into the wait state of the group's hook for `transition`, if there is one. */
export async function startHook({ moto }: World, { name }: Group, member: Member, transition: Transition) {
  const { LifecycleHooks = [] } = await moto.autoScaling.describeLifecycleHooks({
    AutoScalingGroupName: name,
  });
  const hook = LifecycleHooks.find((candidate) => candidate.LifecycleTransition === transition);
  member.hook = hook && { name: hook.LifecycleHookName ?? '', token: randomUUID(), heartbeats: 0 };
  const launching = transition === 'autoscaling:EC2_INSTANCE_LAUNCHING';
  const state = launching ? 'Pending' : 'Terminating';
  Object.assign(member, { state: hook ? `${state}:Wait` : state, age: 0 });
}

/** The launch hook is through: the instance is in service, and registered with the group's target groups. */
export async function enterService({ moto }: World, group: Group, member: Member) {
  Object.assign(member, { state: 'InService', age: 0, hook: undefined });
  const { AutoScalingGroups = [] } = await moto.autoScaling.describeAutoScalingGroups({
    AutoScalingGroupNames: [group.name],
  });
  for (const arn of AutoScalingGroups[0]?.TargetGroupARNs ?? []) {
    const { TargetGroups = [] } = await moto.loadBalancing.describeTargetGroups({ TargetGroupArns: [arn] });
    const port = TargetGroups[0]?.Port ?? 80;
    await moto.loadBalancing.registerTargets({
      TargetGroupArn: arn,
      Targets: [{ Id: member.id, Port: port }],
    });
    // Without a rule that names the group, the next step makes it `unused`.
    member.targets.set(arn, { port, state: 'initial', age: 0 });
  }
  note(group, member, 'Successful');
}

/** The launch hook was abandoned: the instance is terminated, and the group starts another. */
export async function abandon(world: World, group: Group, member: Member) {
  const token = member.hook?.token;
  note(
    group,
    member,
    'Cancelled',
    `Instance failed to complete user's Lifecycle Action: Lifecycle Action with token ${token} was abandoned: Lifecycle Action Completed with ABANDON Result`,
  );
  await terminate(
    world,
    group,
    member,
    'an instance was taken out of service in response to its launch hook.',
  );
}

/** Takes an instance out: away from its target groups, then through the termination hook. */
export async function terminate(world: World, group: Group, member: Member, cause: string) {
  if (member.state.startsWith('Terminating')) return;
  await deregister(world, member);
  await startHook(world, group, member, 'autoscaling:EC2_INSTANCE_TERMINATING');
  note(group, member, 'InProgress', undefined, {
    description: `Terminating EC2 instance: ${member.id}`,
    cause: `At ${new Date().toISOString()} ${cause}`,
  });
}

/** Its targets drain. */
export async function deregister({ moto }: World, member: Member) {
  for (const [targetGroup, target] of member.targets) {
    if (target.state === 'draining') continue;
    Object.assign(target, { state: 'draining', age: 0 });
    await moto.loadBalancing
      .deregisterTargets({ TargetGroupArn: targetGroup, Targets: [{ Id: member.id }] })
      // Somebody else has deregistered it, or ended the instance.
      .catch((error: Error) => {
        if (!/^(InvalidTarget|TargetGroupNotFound)/.test(error.name)) throw error;
      });
  }
}

/** The end of an instance. */
export async function finish({ moto }: World, group: Group, member: Member) {
  await moto.ec2.terminateInstances({ InstanceIds: [member.id] });
  member.alive = false;
  group.members.splice(group.members.indexOf(member), 1);
  note(group, member, 'Successful');
}
