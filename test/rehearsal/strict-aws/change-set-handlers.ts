import { randomUUID } from 'node:crypto';
import type { Members } from './aws-call.ts';
import { AwsError } from './aws-error.ts';
import type { Handlers } from './behaviour.ts';
import { requireStack, type StackOperations } from './stack-operations.ts';
import type { ChangeSet, StackState, Stacks } from './stack-state.ts';
import type { ResolvedTemplate } from './stack-template.ts';

/**
 * Change sets on stacks that exist. moto has them too, but finds no change where only the value of a parameter
 * in Parameter Store differs. Replacement is not predicted: it always says False.
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
      if (params.ChangeSetType && params.ChangeSetType !== 'UPDATE') {
        throw new Error(`Change sets of type ${params.ChangeSetType} are not rehearsed`);
      }
      const stack = requireStack(stacks, params.StackName);
      const name = params.ChangeSetName;
      if (stack.changeSets.has(name)) {
        throw new AwsError(
          'AlreadyExistsException',
          `ChangeSet ${name} cannot be created due to a mismatch with existing attribute Type`,
        );
      }
      const update = await operations.prepare(stack, params);
      const id = stack.id.replace(/:stack\/.*$/, `:changeSet/${name}/${randomUUID()}`);
      const changes = update ? compare(stack.template, update.template) : [];
      stack.changeSets.set(name, { id, name, steps: 1, update, changes });
      return { Id: id, StackId: stack.id };
    },
    'cloudformation.DescribeChangeSet'({ params }) {
      const { stack, changeSet } = find(params);
      const { id: ChangeSetId, name: ChangeSetName, steps, update, changes } = changeSet;
      changeSet.steps -= 1;
      const found = { ChangeSetId, ChangeSetName, StackId: stack.id, StackName: stack.name };
      if (steps > 0) return { ...found, Status: 'CREATE_IN_PROGRESS', ExecutionStatus: 'UNAVAILABLE' };
      if (update)
        return { ...found, Status: 'CREATE_COMPLETE', ExecutionStatus: 'AVAILABLE', Changes: changes };
      return {
        ...found,
        Status: 'FAILED',
        StatusReason:
          "The submitted information didn't contain changes. Submit different information to create a change set.",
        ExecutionStatus: 'UNAVAILABLE',
      };
    },
    async 'cloudformation.ExecuteChangeSet'({ params }) {
      const { stack, changeSet } = find(params);
      const { id, steps, update } = changeSet;
      if (!update || steps > 0) {
        const status = update ? 'CREATE_IN_PROGRESS' : 'FAILED';
        throw new AwsError(
          'InvalidChangeSetStatus',
          `ChangeSet [${id}] cannot be executed in its current status of [${status}]`,
        );
      }
      await operations.update(stack, update);
      return {};
    },
    'cloudformation.DeleteChangeSet'({ params }) {
      const { stack, changeSet } = find(params);
      stack.changeSets.delete(changeSet.name);
      return {};
    },
  };
}

/** What differs between two templates, resource by resource, parameters that a resource names included. */
function compare(before: ResolvedTemplate, after: ResolvedTemplate): Members[] {
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
      if (!(name in one)) return [change('Add', name, other[name])];
      const differs = JSON.stringify(one[name]) !== JSON.stringify(other[name]) || names(other[name]);
      return differs ? [change('Modify', name, other[name])] : [];
    }),
    ...Object.keys(one).flatMap((name) => (name in other ? [] : [change('Remove', name, one[name])])),
  ];
}
