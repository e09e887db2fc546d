import {
  type Capability,
  ChangeSetNotFoundException,
  type ChangeSetType,
  type CloudFormationClient,
  type Stack as CloudFormationStack,
  CreateChangeSetCommand,
  DeleteChangeSetCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
} from '@aws-sdk/client-cloudformation';
import type { Template } from '../../../infra/policies/template.ts';
import type { Clock } from '../clock.ts';
import { FleetError } from '../fleet-error.ts';
import type { Stack } from '../stack.ts';
import { readChangeSet } from './read-change-set.ts';

interface CloudFormationStackDeps {
  cloudFormation: CloudFormationClient;
  name: string;
  clock: Clock;
}

const ChangeSetName = 'fleet-up';
const Capabilities: Capability[] = ['CAPABILITY_NAMED_IAM'];
const isMissing = (error: unknown) => error instanceof Error && /does not exist/i.test(error.message);

/** CloudFormation takes some seconds to begin with a stack; after so many looks, two seconds apart, it never will. */
const mostLooks = 60;

/**
 * The fleet's stack. It is made and updated by change sets, which say what they change, take over what is there
 * already by its name, and do what they said.
 */
export function createCloudFormationStack({ cloudFormation, name, clock }: CloudFormationStackDeps): Stack {
  async function describe() {
    try {
      return (await cloudFormation.send(new DescribeStacksCommand({ StackName: name }))).Stacks?.[0];
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  const isOnlyProposed = async () => (await describe())?.StackStatus === 'REVIEW_IN_PROGRESS';

  async function discardProposal(): Promise<void> {
    try {
      await cloudFormation.send(new DeleteChangeSetCommand({ StackName: name, ChangeSetName }));
    } catch (error) {
      if (!(error instanceof ChangeSetNotFoundException) && !isMissing(error)) throw error;
    }
  }

  return {
    name,
    isOnlyProposed,
    async read() {
      const stack = await describe();
      if (stack === undefined || stack.StackStatus === 'REVIEW_IN_PROGRESS') return undefined;
      return {
        status: stack.StackStatus ?? '',
        reason: stack.StackStatusReason,
        outputs: Object.fromEntries(
          (stack.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
        ),
        parameters: Object.fromEntries(
          (stack.Parameters ?? []).map(({ ParameterKey = '', ParameterValue = '' }) => [
            ParameterKey,
            ParameterValue,
          ]),
        ),
      };
    },
    async propose(body, parameters) {
      const stack = await describe();
      const isThere = stack !== undefined && stack.StackStatus !== 'REVIEW_IN_PROGRESS';
      if (stack !== undefined) await discardProposal();
      const ChangeSetType: ChangeSetType = isThere ? 'UPDATE' : 'CREATE';
      const declared = isThere ? parametersOf(stack, body) : [];
      await cloudFormation.send(
        new CreateChangeSetCommand({
          StackName: name,
          ChangeSetName,
          ChangeSetType,
          TemplateBody: body,
          Parameters: withPrevious(parameters, declared),
          Capabilities,
          ImportExistingResources: true,
          // Keeps the stack and its events, which say why; the next try deletes it first.
          ...(!isThere && { OnStackFailure: 'ROLLBACK' }),
        }),
      );
      return readChangeSet({ cloudFormation, clock }, { StackName: name, ChangeSetName });
    },
    async carryOut() {
      await cloudFormation.send(new ExecuteChangeSetCommand({ StackName: name, ChangeSetName }));
      for (let look = 0; await isOnlyProposed(); look++) {
        if (look === mostLooks) {
          throw new FleetError(`CloudFormation does not begin to make the stack ${name}.`, {
            advice: 'Look at its change sets in the CloudFormation console, then run the command again.',
          });
        }
        await clock.sleep(2000);
      }
    },
    async remove() {
      await cloudFormation.send(new DeleteStackCommand({ StackName: name }));
    },
    async failures(since) {
      const { StackEvents = [] } = await cloudFormation.send(
        new DescribeStackEventsCommand({ StackName: name }),
      );
      return StackEvents.filter(
        ({ Timestamp, ResourceStatus }) =>
          Timestamp && Timestamp >= since && /FAILED$/.test(ResourceStatus ?? ''),
      )
        .reverse()
        .map((event) => `${event.LogicalResourceId} (${event.ResourceType}): ${event.ResourceStatusReason}`);
    },
  };
}

/** The parameters that a stack has and a body still knows: CloudFormation refuses the others. */
function parametersOf({ Parameters = [] }: CloudFormationStack, body: string): string[] {
  const known = Object.keys((JSON.parse(body) as Pick<Template, 'Parameters'>).Parameters ?? {});
  return Parameters.map(({ ParameterKey = '' }) => ParameterKey).filter((name) => known.includes(name));
}

/** Parameters that are not named keep the value that they have. */
function withPrevious(parameters: Record<string, string>, declared: string[]) {
  return [
    ...Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue })),
    ...declared
      .filter((key) => !(key in parameters))
      .map((ParameterKey) => ({ ParameterKey, UsePreviousValue: true })),
  ];
}
