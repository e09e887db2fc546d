import { note } from './activities.ts';
import type { AwsCall, Members } from './aws-call.ts';
import { AwsError } from './aws-error.ts';
import type { Handlers } from './behaviour.ts';
import { activityOf, memberOfGroup } from './describe-group.ts';
import type { Group, Member } from './group-state.ts';
import { abandon, deregister, enterService, finish, terminate } from './lifecycle.ts';
import { settle } from './settle.ts';
import type { World } from './world.ts';

/** Lifecycle actions, and the ways to take one instance out of its group. */
export function createLifecycleHandlers(world: World): Handlers {
  const waiting = ({ params }: AwsCall): { group: Group; member: Member } => {
    const { InstanceId: id, LifecycleActionToken: token, LifecycleHookName: name } = params;
    const group = world.groups.get(params.AutoScalingGroupName);
    const member = group?.members.find(
      ({ id: own, hook }) => hook?.name === name && (own === id || (token && hook?.token === token)),
    );
    if (group && member) return { group, member };
    // The words are those that https://github.com/convox/rack/issues/2432 reports.
    const what = token ? `token ${token}` : `instance ID ${id}`;
    throw new AwsError('ValidationError', `No active Lifecycle Action found with ${what}`);
  };
  const all = ({ params }: AwsCall): { group: Group; members: Member[] } => {
    const found = (params.InstanceIds as string[]).map((id) => memberOfGroup(world, id));
    const group = found.find(({ group }) => group.name === params.AutoScalingGroupName)?.group;
    const members = found.filter((each) => each.group === group).map(({ member }) => member);
    if (group && members.length === found.length) return { group, members };
    throw new AwsError(
      'ValidationError',
      `The instances are not part of Auto Scaling group ${params.AutoScalingGroupName}.`,
    );
  };
  const decrement = (group: Group, count: number, yes: boolean) => {
    if (!yes) return;
    if (group.desired - count < group.min) {
      throw new AwsError(
        'ValidationError',
        `AutoScalingGroup ${group.name} has min-size=${group.min}, max-size=${group.max}, and desired-size=${group.desired}. To take out ${count} instance(s), please update the AutoScalingGroup sizes appropriately.`,
      );
    }
    group.desired -= count;
  };
  const begun = (group: Group, member: Member, description: string): Members => {
    const cause = `At ${new Date().toISOString()} instance ${member.id} was moved in response to a user request.`;
    note(group, member, 'InProgress', undefined, { description: `${description}: ${member.id}`, cause });
    return activityOf(group, group.activities[0] as Group['activities'][number]);
  };
  return {
    async 'ec2.TerminateInstances'({ params }) {
      const answer = await world.moto.ec2.terminateInstances({ InstanceIds: params.InstanceIds });
      // The group finds out by itself, as it does when a machine dies.
      for (const id of params.InstanceIds) {
        const member = world.member(id)?.member;
        if (member) member.alive = false;
      }
      return { TerminatingInstances: answer.TerminatingInstances };
    },
    async 'autoscaling.CompleteLifecycleAction'(call) {
      const { group, member } = waiting(call);
      if (member.state === 'Terminating:Wait') await finish(world, group, member);
      else if (call.params.LifecycleActionResult === 'ABANDON') await abandon(world, group, member);
      else await enterService(world, group, member);
      await settle(world, group);
      return {};
    },
    'autoscaling.RecordLifecycleActionHeartbeat'(call) {
      const { hook } = waiting(call).member;
      if (hook) hook.heartbeats += 1;
      return {};
    },
    async 'autoscaling.TerminateInstanceInAutoScalingGroup'({ params }) {
      const { group, member } = memberOfGroup(world, params.InstanceId);
      decrement(group, 1, params.ShouldDecrementDesiredCapacity);
      await terminate(
        world,
        group,
        member,
        'instance was taken out of service in response to a user request.',
      );
      const Activity = activityOf(group, group.activities[0] as Group['activities'][number]);
      await settle(world, group);
      return { Activity };
    },
    async 'autoscaling.EnterStandby'(call) {
      const { group, members } = all(call);
      const stray = members.find(({ state }) => state !== 'InService');
      if (stray) throw new AwsError('ValidationError', `The instance ${stray.id} is not in InService.`);
      decrement(group, members.length, call.params.ShouldDecrementDesiredCapacity);
      const Activities: Members[] = [];
      for (const member of members) {
        await deregister(world, member);
        Object.assign(member, { state: 'EnteringStandby', age: 0 });
        Activities.push(begun(group, member, 'Moving EC2 instance to Standby'));
      }
      await settle(world, group);
      return { Activities };
    },
    async 'autoscaling.ExitStandby'(call) {
      const { group, members } = all(call);
      const stray = members.find(({ state }) => state !== 'Standby');
      if (stray) throw new AwsError('ValidationError', `The instance ${stray.id} is not in Standby.`);
      if (group.desired + members.length > group.max) {
        throw new AwsError(
          'ValidationError',
          `AutoScalingGroup ${group.name} has max-size=${group.max}, and desired-size=${group.desired}.`,
        );
      }
      group.desired += members.length;
      // Pending, and through the launch hook again before it serves.
      for (const member of members) Object.assign(member, { state: 'Pending', age: 0 });
      return {
        Activities: members.map((member) => begun(group, member, 'Moving EC2 instance out of Standby')),
      };
    },
    async 'autoscaling.DetachInstances'(call) {
      const { group, members } = all(call);
      decrement(group, members.length, call.params.ShouldDecrementDesiredCapacity);
      const Activities: Members[] = [];
      for (const member of members) {
        await deregister(world, member);
        group.members.splice(group.members.indexOf(member), 1);
        Activities.push(begun(group, member, 'Detaching EC2 instance'));
      }
      await settle(world, group);
      return { Activities };
    },
  };
}
