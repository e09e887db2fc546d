import { randomUUID } from 'node:crypto';
import type { Members } from './aws-call.ts';
import { AwsError } from './aws-error.ts';
import type { Handlers } from './behaviour.ts';
import { importRefusal } from './existing-resources.ts';
import { type PreparedUpdate, requireStack, type StackOperations } from './stack-operations.ts';
import type { ChangeSet, StackState, Stacks } from './stack-state.ts';
import type { ResolvedTemplate } from './stack-template.ts';

/**
 * Change sets, on stacks that exist and for those that do not yet. moto has them too, but finds no change where
 * only the value of a parameter in Parameter Store differs, and takes nothing over. Replacement is not predicted: it
 * always says False. Resources that a condition leaves out are listed all the same.
 */
export function createChangeSetHandlers(stacks: Stacks, operations: StackOperations): Handlers {
  const find = ({ StackName, ChangeSetName }: Members): { stack: StackState; changeSet: ChangeSet } => {
    for (const stack of StackName ? [requireStack(stacks, StackName)] : stacks.byId.values()) {
      for (const changeSet of stack.changeSets.values()) {
        if (changeSet.name === ChangeSetName || changeSet.id === ChangeSetName) return { stack, changeSet };
      }
    }
    throw new AwsError('ChangeSetNotFound', `ChangeSet [${ChangeSetName}] does not exist`, 404);
  };
  return {
    async 'cloudformation.CreateChangeSet'({ params }) {
      const { ChangeSetType: type = 'UPDATE', ChangeSetName: name, ImportExistingResources } = params;
      const isImporting = ImportExistingResources === true;
      if (type !== 'UPDATE' && type !== 'CREATE')
        throw new Error(`Change sets of type ${type} are not rehearsed`);
      const known =
        type === 'UPDATE' ? requireStack(stacks, params.StackName) : stacks.find(params.StackName);
      if (known?.changeSets.has(name)) {
        throw new AwsError(
          'AlreadyExistsException',
          `ChangeSet ${name} cannot be created due to a mismatch with existing attribute Type`,
        );
      }
      const update =
        type === 'UPDATE' && known
          ? await operations.prepare(known, params)
          : await operations.prepareCreation(params);
      const stack = known ?? operations.open(params.StackName);
      const id = stack.id.replace(/:stack\/.*$/, `:changeSet/${name}/${randomUUID()}`);
      const changes = update ? compare(stack.template, update) : [];
      const refusal = update && importRefusal(update.existing, isImporting);
      stack.changeSets.set(name, { id, name, type, isImporting, steps: 1, update, refusal, changes });
      return { Id: id, StackId: stack.id };
    },
    'cloudformation.DescribeChangeSet'({ params }) {
      const { stack, changeSet } = find(params);
      const { id: ChangeSetId, name: ChangeSetName, steps, update, refusal, changes } = changeSet;
      changeSet.steps -= 1;
      const found = { ChangeSetId, ChangeSetName, StackId: stack.id, StackName: stack.name };
      if (steps > 0) return { ...found, Status: 'CREATE_IN_PROGRESS', ExecutionStatus: 'UNAVAILABLE' };
      if (update && !refusal)
        return { ...found, Status: 'CREATE_COMPLETE', ExecutionStatus: 'AVAILABLE', Changes: changes };
      return {
        ...found,
        Status: 'FAILED',
        StatusReason:
          refusal?.reason ??
          "The submitted information didn't contain changes. Submit different information to create a change set.",
        ExecutionStatus: 'UNAVAILABLE',
      };
    },
    async 'cloudformation.ExecuteChangeSet'({ params }) {
      const { stack, changeSet } = find(params);
      const { id, type, isImporting, steps, update, refusal } = changeSet;
      if (!update || refusal || steps > 0) {
        const status = update && !refusal ? 'CREATE_IN_PROGRESS' : 'FAILED';
        throw new AwsError(
          'InvalidChangeSetStatus',
          `ChangeSet [${id}] cannot be executed in its current status of [${status}]`,
        );
      }
      if (type === 'CREATE') {
        await operations.create(stack, update, isImporting);
        stack.isLagging = true;
      } else await operations.update(stack, update, isImporting);
      return {};
    },
    'cloudformation.DeleteChangeSet'({ params }) {
      // Deleting what is not there is no error, as long as the stack is.
      requireStack(stacks, params.StackName).changeSets.delete(params.ChangeSetName);
      return {};
    },
    // A change set's name alone is refused: https://github.com/aws-cloudformation/cloudformation-cli/issues/1116
    'cloudformation.DescribeEvents'({ params }) {
      const { ChangeSetName = '', StackName } = params;
      if (!ChangeSetName.startsWith('arn:') && !StackName) {
        throw new AwsError(
          'ValidationError',
          'One of ChangeSetName, OperationId or StackName must be specified',
        );
      }
      const { stack, changeSet } = find(params);
      const OperationEvents = (changeSet.refusal?.events ?? []).map((event, index) => ({
        EventId: `validation-${index}`,
        StackId: stack.id,
        Timestamp: new Date(),
        ...event,
      }));
      return { OperationEvents };
    },
  };
}

/** What differs between two templates, resource by resource, parameters that a resource names included. */
function compare(before: ResolvedTemplate, { template: after, existing }: PreparedUpdate): Members[] {
  const taken = new Set(existing.map(({ resource }) => resource));
  const one: Members = before.parsed.Resources ?? {};
  const other: Members = after.parsed.Resources ?? {};
  const changed = Object.keys({ ...before.values, ...after.values }).filter(
    (name) => before.values[name] !== after.values[name],
  );
  const change = (Action: string, name: string, { Type }: Members) => ({
    Type: 'Resource',
    ResourceChange: {
      Action,
      LogicalResourceId: name,
      ResourceType: Type,
      ...(Action === 'Modify' && { Replacement: 'False' }),
    },
  });
  const names = (resource: unknown) => {
    const text = JSON.stringify(resource);
    return changed.some((name) => text.includes(`"${name}"`) || text.includes(`\${${name}}`));
  };
  return [
    ...Object.keys(other).flatMap((name) => {
      if (!(name in one)) return [change(taken.has(name) ? 'Import' : 'Add', name, other[name])];
      const differs = JSON.stringify(one[name]) !== JSON.stringify(other[name]) || names(other[name]);
      return differs ? [change('Modify', name, other[name])] : [];
    }),
    ...Object.keys(one).flatMap((name) => (name in other ? [] : [change('Remove', name, one[name])])),
  ];
}
