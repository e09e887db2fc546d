import type { Group, Member } from './group-state.ts';
import { abandon, enterService, finish, startHook, terminate } from './lifecycle.ts';
import { settle } from './settle.ts';
import type { World } from './world.ts';

/** Lets one step of time pass: for instances, target health, and what Auto Scaling makes of both. */
export async function advance(world: World): Promise<void> {
  if (world.groups.size === 0) return;
  const used = new Set((await world.forwards()).flatMap(({ targets }) => targets.map((t) => t.targetGroup)));
  const { AutoScalingGroups = [] } = await world.moto.autoScaling.describeAutoScalingGroups();
  const byLoadBalancer = new Set(
    AutoScalingGroups.filter((group) => group.HealthCheckType?.includes('ELB')).map(
      (group) => group.AutoScalingGroupName,
    ),
  );
  for (const group of [...world.groups.values()]) {
    for (const member of [...group.members]) {
      member.age += 1;
      advanceTargets(world, member, used);
      await advanceMember(world, group, member, byLoadBalancer.has(group.name));
    }
    await settle(world, group);
  }
}

/** A target group that no rule names is not checked: its targets stay `unused`. */
function advanceTargets(world: World, member: Member, used: Set<string>) {
  for (const [targetGroup, target] of member.targets) {
    target.age += 1;
    const to = (state: typeof target.state) => {
      if (target.state !== state) Object.assign(target, { state, age: 0 });
    };
    if (target.state === 'draining') {
      if (target.age >= world.pace.drain) member.targets.delete(targetGroup);
    } else if (!used.has(targetGroup)) {
      to('unused');
    } else if (target.state === 'unused') {
      to('initial');
    } else if (target.state !== 'initial' || target.age >= world.pace.health) {
      to(member.alive && world.defectOf(member) !== 'health' ? 'healthy' : 'unhealthy');
    }
  }
}

async function advanceMember(world: World, group: Group, member: Member, byLoadBalancer: boolean) {
  const { pace, settings } = world;
  const defect = world.defectOf(member);
  if (member.state === 'InService') {
    if (defect === 'dies' && member.age >= pace.life) member.alive = false;
    const failed = [...member.targets.values()].some(
      (t) => t.state === 'unhealthy' && t.age >= pace.patience,
    );
    if (!member.alive || (byLoadBalancer && failed)) member.health = 'Unhealthy';
    if (member.health === 'Unhealthy') {
      const why = member.alive ? 'an ELB system health check failure' : 'an EC2 health check failure';
      await terminate(world, group, member, `an instance was taken out of service in response to ${why}.`);
    }
  } else if (member.state.startsWith('Pending') && !member.alive) {
    await finish(world, group, member);
  } else if (member.state === 'Pending') {
    await startHook(world, group, member, 'autoscaling:EC2_INSTANCE_LAUNCHING');
    if (!member.hook) await enterService(world, group, member);
  } else if (member.state === 'Pending:Wait') {
    if (!settings.hooks || member.age < pace.boot) return;
    if (defect === 'boot') await abandon(world, group, member);
    else await enterService(world, group, member);
  } else if (member.state === 'EnteringStandby') {
    if (member.age >= pace.drain) Object.assign(member, { state: 'Standby', age: 0 });
  } else if (member.state === 'Terminating' || member.state === 'Terminating:Wait') {
    const plays = member.alive && member.hook;
    if (plays && (!settings.hooks || member.age < pace.drain)) return;
    await finish(world, group, member);
  }
}
