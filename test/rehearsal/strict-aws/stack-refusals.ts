import type { AwsCall } from './aws-call.ts';
import { AwsError } from './aws-error.ts';
import type { Refusals } from './behaviour.ts';
import type { Stacks } from './stack-state.ts';

/** Bytes that a template may have in the body of a call. Source: "CloudFormation quotas" in its guide. */
const maxTemplateBytes = 51_200;

/** What CloudFormation refuses and moto lets pass. */
export function createStackRefusals(stacks: Stacks): Refusals {
  const size = ({ params }: AwsCall) => {
    const body: string = params.TemplateBody ?? '';
    if (Buffer.byteLength(body) <= maxTemplateBytes) return;
    throw new AwsError(
      'ValidationError',
      `1 validation error detected: Value '${body.slice(0, 40)}…' at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to ${maxTemplateBytes}`,
    );
  };
  // A stack that was only proposed takes further proposals. The words are those of
  // https://github.com/compose-x/ecs_composex/issues/785
  const create = ({ params }: AwsCall) => {
    const stack = stacks.find(params.StackName);
    if (!stack || (!stack.isMade && !stack.gone)) return;
    throw new AwsError(
      'ValidationError',
      `Stack [${stack.name}] already exists and cannot be created again with the changeSet [${params.ChangeSetName}].`,
    );
  };
  const update = (call: AwsCall) => {
    size(call);
    if (call.params.ChangeSetType === 'CREATE') return create(call);
    const stack = stacks.find(call.params.StackName);
    const status = stack?.running?.status ?? stack?.status;
    // What was only proposed is made by carrying out a proposal, and by nothing else.
    if (status === 'REVIEW_IN_PROGRESS' && call.action === 'ExecuteChangeSet') return;
    // Only what is settled and was made can be updated. Source: "Stack status codes" in its guide.
    if (!stack || !status || !(status.endsWith('_IN_PROGRESS') || status === 'ROLLBACK_COMPLETE')) return;
    throw new AwsError('ValidationError', `Stack:${stack.id} is in ${status} state and can not be updated.`);
  };
  return {
    'cloudformation.CreateStack'(call) {
      size(call);
      // Source: the API model's AlreadyExistsException.
      if (stacks.find(call.params.StackName)) {
        throw new AwsError('AlreadyExistsException', `Stack [${call.params.StackName}] already exists`);
      }
    },
    'cloudformation.UpdateStack': update,
    'cloudformation.CreateChangeSet': update,
    'cloudformation.ExecuteChangeSet': update,
    'cloudformation.DeleteStack'({ params }) {
      const stack = stacks.find(params.StackName);
      const status = stack?.running?.status;
      if (status !== 'UPDATE_IN_PROGRESS') return;
      throw new AwsError(
        'ValidationError',
        `Stack [${stack?.name}] cannot be deleted while in status ${status}`,
      );
    },
    'cloudformation.ValidateTemplate': size,
  };
}
