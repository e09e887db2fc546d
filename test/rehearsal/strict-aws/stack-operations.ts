import { randomUUID } from 'node:crypto';
import type { StackResource } from '@aws-sdk/client-cloudformation';
import { addHooks } from './add-hooks.ts';
import { adoptGroups } from './adopt-groups.ts';
import type { Members } from './aws-call.ts';
import { AwsError } from './aws-error.ts';
import { alreadyExists, type ExistingResource, findExisting } from './existing-resources.ts';
import { finish } from './lifecycle.ts';
import { forMoto, leastSizes } from './moto-template.ts';
import { protectBalancers, protectionFault } from './protect-balancers.ts';
import type { StackState, Stacks } from './stack-state.ts';
import { type ResolvedTemplate, resolveTemplate } from './stack-template.ts';
import { templateFault } from './template-fault.ts';
import type { World } from './world.ts';

/** A body and its parameters, ready to be carried out. */
export interface PreparedUpdate {
  body: string;
  template: ResolvedTemplate;
  params: Members;
  /** What of the template is there already, in no stack. */
  existing: ExistingResource[];
}

export type StackOperations = ReturnType<typeof createStackOperations>;

const nothing: ResolvedTemplate = { values: {}, names: {}, parsed: {} };

/** What is done to stacks. moto does the work, at once; what the callers see of it takes steps. */
export function createStackOperations(world: World, stacks: Stacks) {
  const { cloudFormation, region } = world.moto;
  const start = (stack: StackState, operation: 'CREATE' | 'UPDATE' | 'DELETE', reason?: string) => {
    const afterFailure = {
      CREATE: 'ROLLBACK_COMPLETE',
      UPDATE: 'UPDATE_ROLLBACK_COMPLETE',
      DELETE: 'DELETE_FAILED',
    };
    stack.running = { status: `${operation}_IN_PROGRESS`, steps: world.pace.stack };
    stack.status = reason ? afterFailure[operation] : operation === 'DELETE' ? 'DELETE_COMPLETE' : undefined;
    stack.reason = reason;
    if (reason) stack.failures.push({ status: `${operation}_FAILED`, reason, at: new Date() });
  };
  const take = async (stack: StackState) => {
    await adoptGroups(world, leastSizes(stack.template));
    await addHooks(world, stack);
    await protectBalancers(world, stack);
  };
  const requestOf = (prepared: PreparedUpdate, stack: StackState, isRolledBack = false) => ({
    TemplateBody: forMoto(prepared.template.parsed, { region, imported: stack.imported, isRolledBack }),
    Parameters: Object.entries(prepared.template.values).map(([ParameterKey, ParameterValue]) => ({
      ParameterKey,
      ParameterValue,
    })),
    Capabilities: prepared.params.Capabilities,
    Tags: prepared.params.Tags,
  });
  return {
    /** A stack that has nothing but its name: change sets of type CREATE are made on it. */
    open(name: string): StackState {
      const id = `arn:aws:cloudformation:${region}:123456789012:stack/${name}/${randomUUID()}`;
      const stack: StackState = {
        id,
        name,
        body: '',
        template: nothing,
        imported: [],
        isMade: false,
        openedAt: new Date(),
        isLagging: false,
        running: undefined,
        status: 'REVIEW_IN_PROGRESS',
        reason: undefined,
        failures: [],
        gone: undefined,
        changeSets: new Map(),
      };
      stacks.byId.set(id, stack);
      return stack;
    },

    async prepareCreation(params: Members): Promise<PreparedUpdate> {
      const { TemplateBody: body, Parameters = [] } = params;
      if (!body) throw new Error('Templates out of S3 are not rehearsed');
      const template = await resolveTemplate(world.moto, body, Parameters, {});
      return { body, template, params, existing: await findExisting(world.moto, template, []) };
    },

    /** `isImporting`: what is there already is taken over; else the creation fails because of it. */
    async create(stack: StackState, prepared: PreparedUpdate, isImporting: boolean) {
      const { body, template, existing } = prepared;
      const conflict = isImporting ? undefined : existing[0];
      const failure =
        stacks.takeFailure() ?? templateFault(template) ?? (conflict && alreadyExists(conflict));
      Object.assign(stack, { body, template, imported: existing, isMade: true });
      const { StackId = '' } = await cloudFormation.createStack({
        StackName: stack.name,
        ...requestOf(prepared, stack, failure !== undefined),
      });
      stacks.rename(stack, StackId);
      stack.changeSets.clear();
      start(stack, 'CREATE', failure);
      if (failure === undefined) await take(stack);
    },

    /** Undefined if nothing would change. */
    async prepare(stack: StackState, params: Members): Promise<PreparedUpdate | undefined> {
      const body = params.UsePreviousTemplate ? stack.body : params.TemplateBody;
      if (!body) throw new Error('Templates out of S3 are not rehearsed');
      const before = { ...stack.template.values, ...stack.template.names };
      const template = await resolveTemplate(world.moto, body, params.Parameters ?? [], before);
      const same = JSON.stringify(template.values) === JSON.stringify(stack.template.values);
      if (body === stack.body && same) return undefined;
      const made = Object.keys(stack.template.parsed.Resources ?? {});
      return { body, template, params, existing: await findExisting(world.moto, template, made) };
    },

    async update(stack: StackState, prepared: PreparedUpdate, isImporting: boolean) {
      const { body, template, existing } = prepared;
      const conflict = isImporting ? undefined : existing[0];
      const failure =
        stacks.takeFailure() ?? templateFault(template) ?? (conflict && alreadyExists(conflict));
      start(stack, 'UPDATE', failure);
      stack.changeSets.clear();
      if (failure) return;
      stack.imported.push(...existing);
      await cloudFormation.updateStack({ StackName: stack.id, ...requestOf(prepared, stack) });
      Object.assign(stack, { body, template });
      await take(stack);
    },

    async remove(stack: StackState) {
      if (!stack.isMade) {
        stack.gone = { StackId: stack.id, StackName: stack.name, CreationTime: stack.openedAt };
        stack.status = 'DELETE_COMPLETE';
        return;
      }
      const fault = await protectionFault(world, stack);
      if (fault) {
        start(stack, 'DELETE', fault);
        return;
      }
      const { Stacks: [described] = [] } = await cloudFormation.describeStacks({ StackName: stack.id });
      // Its groups go first, with their instances, so that nothing is left in the network.
      const resources = await resourcesOf(world, stack);
      await endGroups(world, resources);
      await cloudFormation.deleteStack({ StackName: stack.id });
      await deleteTargetGroups(world, resources);
      stack.gone = described as Members;
      start(stack, 'DELETE');
      await adoptGroups(world);
    },
  };
}

async function resourcesOf({ moto }: World, { id }: StackState): Promise<StackResource[]> {
  const { StackResources = [] } = await moto.cloudFormation.describeStackResources({ StackName: id });
  return StackResources;
}

async function endGroups(world: World, resources: StackResource[]) {
  for (const { PhysicalResourceId = '', ResourceType } of resources) {
    const group = world.groups.get(PhysicalResourceId);
    if (!group || ResourceType !== 'AWS::AutoScaling::AutoScalingGroup') continue;
    for (const member of [...group.members]) await finish(world, group, member);
  }
}

/** moto's CloudFormation leaves them behind, and their names are in the way of the next stack. */
async function deleteTargetGroups({ moto }: World, resources: StackResource[]) {
  for (const { PhysicalResourceId: TargetGroupArn, ResourceType } of resources) {
    if (ResourceType === 'AWS::ElasticLoadBalancingV2::TargetGroup')
      await moto.loadBalancing.deleteTargetGroup({ TargetGroupArn });
  }
}

/** A stack that is there, by name or ARN. */
export function requireStack(stacks: Stacks, nameOrId: string): StackState {
  const stack = stacks.find(nameOrId);
  if (stack && !stack.gone) return stack;
  throw new AwsError('ValidationError', `Stack [${nameOrId}] does not exist`);
}
