import type { Stack, StackStatus } from '@aws-sdk/client-cloudformation';
import { advance } from './advance.ts';
import type { Members } from './aws-call.ts';
import { AwsError } from './aws-error.ts';
import type { Handlers } from './behaviour.ts';
import { requireStack, type StackOperations } from './stack-operations.ts';
import type { StackState, Stacks } from './stack-state.ts';
import type { World } from './world.ts';

/** Stacks whose operations take time. */
export function createStackHandlers(world: World, stacks: Stacks, operations: StackOperations): Handlers {
  const { cloudFormation } = world.moto;
  const step = async () => {
    if (!world.settings.steps) return;
    stepStacks(stacks);
    await advance(world);
  };
  return {
    async 'cloudformation.CreateStack'({ params }) {
      const prepared = await operations.prepareCreation(params);
      const stack = operations.open(params.StackName);
      await operations.create(stack, prepared, false);
      return { StackId: stack.id };
    },
    async 'cloudformation.UpdateStack'({ params }) {
      const stack = requireStack(stacks, params.StackName);
      const update = await operations.prepare(stack, params);
      if (!update) throw new AwsError('ValidationError', 'No updates are to be performed.');
      await operations.update(stack, update, false);
      return { StackId: stack.id };
    },
    async 'cloudformation.DeleteStack'({ params }) {
      const stack = stacks.find(params.StackName);
      // Deleting what is not there is no error.
      if (stack && !stack.gone) await operations.remove(stack);
      return {};
    },
    async 'cloudformation.DescribeStacks'({ params }) {
      const state = stacks.find(params.StackName);
      if (params.StackName && !state) {
        throw new AwsError('ValidationError', `Stack with id ${params.StackName} does not exist`);
      }
      const known = state?.gone ?? (state?.isMade === false ? proposed(state) : undefined);
      const { Stacks: described = [] } = known
        ? { Stacks: [known as Stack] }
        : await cloudFormation.describeStacks(state ? { ...params, StackName: state.id } : params);
      const others = [...stacks.byId.values()].filter(() => !state);
      const leaving = others.filter(({ gone, running }) => gone && running);
      const opened = others.filter(({ gone, isMade }) => !gone && !isMade);
      const found = [...described, ...leaving.map(({ gone }) => gone as Stack), ...opened.map(proposed)];
      const answer = { Stacks: found.map((stack) => describeStack(stack, stacks)) };
      await step();
      return answer;
    },
    async 'cloudformation.DescribeStackEvents'({ params }) {
      const state = requireStack(stacks, params.StackName);
      const { StackEvents = [] } = await cloudFormation.describeStackEvents({ StackName: state.id });
      const failed = state.failures.map(({ status, reason, at }, index) => ({
        StackId: state.id,
        EventId: `failure-${index}`,
        StackName: state.name,
        LogicalResourceId: state.name,
        PhysicalResourceId: state.id,
        ResourceType: 'AWS::CloudFormation::Stack',
        Timestamp: at,
        ResourceStatus: status,
        ResourceStatusReason: reason,
      }));
      return { StackEvents: [...failed.reverse(), ...StackEvents] };
    },
    'cloudformation.GetTemplate'({ params }) {
      const { body } = requireStack(stacks, params.StackName);
      return { TemplateBody: body, StagesAvailable: ['Original', 'Processed'] };
    },
  };
}

/** A stack that has only change sets. */
function proposed({ id, name, openedAt, status }: StackState): Stack {
  return {
    StackId: id,
    StackName: name,
    CreationTime: openedAt,
    StackStatus: status as StackStatus | undefined,
  };
}

function describeStack(stack: Stack, stacks: Stacks): Members {
  const state = stacks.find(stack.StackId);
  if (!state) return stack;
  const { running, status, reason, template } = state;
  if (state.isLagging) {
    state.isLagging = false;
    return proposed({ ...state, status: 'REVIEW_IN_PROGRESS' });
  }
  const { Outputs, ...rest } = stack;
  const creating = running?.status === 'CREATE_IN_PROGRESS' || status === 'ROLLBACK_COMPLETE';
  return {
    ...rest,
    // A stack has no outputs before it is made.
    ...(!creating && { Outputs }),
    Parameters: Object.entries(template.values).map(([ParameterKey, value]) => {
      const name = template.names[ParameterKey];
      return name
        ? { ParameterKey, ParameterValue: name, ResolvedValue: value }
        : { ParameterKey, ParameterValue: value };
    }),
    StackStatus: running?.status ?? status ?? stack.StackStatus,
    ...(reason && { StackStatusReason: reason }),
  };
}

/** Lets one step of time pass for the operations that run. */
export function stepStacks({ byId }: Stacks) {
  for (const stack of byId.values()) {
    if (!stack.running) continue;
    stack.running.steps -= 1;
    if (stack.running.steps <= 0) stack.running = undefined;
  }
}
