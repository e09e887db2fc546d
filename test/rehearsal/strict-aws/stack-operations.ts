import { addHooks } from './add-hooks.ts';
import { adoptGroups } from './adopt-groups.ts';
import type { Members } from './aws-call.ts';
import { AwsError } from './aws-error.ts';
import { finish } from './lifecycle.ts';
import type { StackState, Stacks } from './stack-state.ts';
import { type ResolvedTemplate, resolveTemplate } from './stack-template.ts';
import { templateFault } from './template-fault.ts';
import type { World } from './world.ts';

/** A body and its parameters, ready to be carried out. */
export interface PreparedUpdate {
  body: string;
  template: ResolvedTemplate;
  params: Members;
}

export type StackOperations = ReturnType<typeof createStackOperations>;

/** What is done to stacks. moto does the work, at once; what the callers see of it takes steps. */
export function createStackOperations(world: World, stacks: Stacks) {
  const { cloudFormation } = world.moto;
  const start = (stack: StackState, operation: 'CREATE' | 'UPDATE' | 'DELETE', reason?: string) => {
    const rolledBack = operation === 'UPDATE' ? 'UPDATE_ROLLBACK_COMPLETE' : 'ROLLBACK_COMPLETE';
    stack.running = { status: `${operation}_IN_PROGRESS`, steps: world.pace.stack };
    stack.status = operation === 'DELETE' ? 'DELETE_COMPLETE' : reason && rolledBack;
    stack.reason = reason;
    if (reason) stack.failures.push({ status: `${operation}_FAILED`, reason, at: new Date() });
  };
  const take = async (stack: StackState) => {
    await adoptGroups(world);
    await addHooks(world, stack);
  };
  return {
    async create(params: Members): Promise<StackState> {
      if (!params.TemplateBody) throw new Error('Templates out of S3 are not rehearsed');
      const template = await resolveTemplate(world.moto, params.TemplateBody, params.Parameters ?? [], {});
      const { StackId: id = '' } = await cloudFormation.createStack(forMoto(params, template));
      const stack: StackState = {
        id,
        name: params.StackName,
        body: params.TemplateBody,
        template,
        running: undefined,
        status: undefined,
        reason: undefined,
        failures: [],
        gone: undefined,
        changeSets: new Map(),
      };
      stacks.byId.set(id, stack);
      start(stack, 'CREATE', stacks.takeFailure() ?? templateFault(template));
      await take(stack);
      return stack;
    },

    /** Undefined if nothing would change. */
    async prepare(stack: StackState, params: Members): Promise<PreparedUpdate | undefined> {
      const body = params.UsePreviousTemplate ? stack.body : params.TemplateBody;
      if (!body) throw new Error('Templates out of S3 are not rehearsed');
      const before = { ...stack.template.values, ...stack.template.names };
      const template = await resolveTemplate(world.moto, body, params.Parameters ?? [], before);
      const same = JSON.stringify(template.values) === JSON.stringify(stack.template.values);
      return body === stack.body && same ? undefined : { body, template, params };
    },

    async update(stack: StackState, { body, template, params }: PreparedUpdate) {
      const failure = stacks.takeFailure() ?? templateFault(template);
      start(stack, 'UPDATE', failure);
      stack.changeSets.clear();
      if (failure) return;
      const { Capabilities, Tags } = params;
      await cloudFormation.updateStack(forMoto({ StackName: stack.id, Capabilities, Tags }, template));
      Object.assign(stack, { body, template });
      await take(stack);
    },

    async remove(stack: StackState) {
      const { Stacks: [described] = [] } = await cloudFormation.describeStacks({ StackName: stack.id });
      // Its groups go first, with their instances, so that nothing is left in the network.
      await endGroups(world, stack);
      await cloudFormation.deleteStack({ StackName: stack.id });
      stack.gone = described as Members;
      start(stack, 'DELETE');
      await adoptGroups(world);
    },
  };
}

async function endGroups(world: World, { id }: StackState) {
  const { StackResources = [] } = await world.moto.cloudFormation.describeStackResources({ StackName: id });
  for (const { PhysicalResourceId = '', ResourceType } of StackResources) {
    const group = world.groups.get(PhysicalResourceId);
    if (!group || ResourceType !== 'AWS::AutoScaling::AutoScalingGroup') continue;
    for (const member of [...group.members]) await finish(world, group, member);
  }
}

/** A stack that is there, by name or ARN. */
export function requireStack(stacks: Stacks, nameOrId: string): StackState {
  const stack = stacks.find(nameOrId);
  if (stack && !stack.gone) return stack;
  throw new AwsError('ValidationError', `Stack [${nameOrId}] does not exist`);
}

function forMoto(params: Members, { body, values }: ResolvedTemplate): Members & { StackName: string } {
  return {
    ...params,
    StackName: params.StackName,
    TemplateBody: body,
    Parameters: Object.entries(values).map(([ParameterKey, ParameterValue]) => ({
      ParameterKey,
      ParameterValue,
    })),
  };
}
