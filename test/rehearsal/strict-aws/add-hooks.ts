import type { Members } from './aws-call.ts';
import type { StackState } from './stack-state.ts';
import type { World } from './world.ts';

/**
 * Makes the lifecycle hooks that a stack's groups have in the template: moto's CloudFormation leaves out both
 * `LifecycleHookSpecificationList` and AWS::AutoScaling::LifecycleHook.
 */
export async function addHooks({ moto }: World, { id, template }: StackState): Promise<void> {
  const { StackResources = [] } = await moto.cloudFormation.describeStackResources({ StackName: id });
  const groups = new Map(
    StackResources.filter(({ ResourceType }) => ResourceType === 'AWS::AutoScaling::AutoScalingGroup').map(
      (resource) => [resource.LogicalResourceId, resource.PhysicalResourceId],
    ),
  );
  for (const [name, { Type, Properties = {} }] of Object.entries<Members>(template.parsed.Resources ?? {})) {
    const listed: Members[] = Type === groupType ? (Properties.LifecycleHookSpecificationList ?? []) : [];
    for (const hook of listed) await put(groups.get(name), hook);
    if (Type === 'AWS::AutoScaling::LifecycleHook') {
      const { AutoScalingGroupName: group, ...hook } = Properties;
      await put(groups.get(group?.Ref) ?? group, hook);
    }
  }

  async function put(group: string | undefined, hook: Members) {
    if (!group) return;
    const timeout = template.values[hook.HeartbeatTimeout?.Ref] ?? hook.HeartbeatTimeout;
    await moto.autoScaling.putLifecycleHook({
      AutoScalingGroupName: group,
      LifecycleHookName: hook.LifecycleHookName,
      LifecycleTransition: hook.LifecycleTransition,
      DefaultResult: hook.DefaultResult ?? 'ABANDON',
      HeartbeatTimeout: Number(timeout) || 3600,
    });
  }
}

const groupType = 'AWS::AutoScaling::AutoScalingGroup';
