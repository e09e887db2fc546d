import {
  type Capability,
  ChangeSetNotFoundException,
  type CloudFormationClient,
  CreateChangeSetCommand,
  CreateStackCommand,
  DeleteChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
} from '@aws-sdk/client-cloudformation';
import type { Clock } from '../clock.ts';
import { FleetError } from '../fleet-error.ts';
import type { Stack, StackChange } from '../stack.ts';

interface CloudFormationStackDeps {
  cloudFormation: CloudFormationClient;
  name: string;
  clock: Clock;
}

const changeSet = 'fleet-up';
const Capabilities: Capability[] = ['CAPABILITY_NAMED_IAM'];
const isMissing = (error: unknown) => error instanceof Error && /does not exist/i.test(error.message);

/** The fleet's stack. An update is proposed as a change set, shown, and carried out as it was shown. */
export function createCloudFormationStack({ cloudFormation, name, clock }: CloudFormationStackDeps): Stack {
  async function describe() {
    try {
      return (await cloudFormation.send(new DescribeStacksCommand({ StackName: name }))).Stacks?.[0];
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /** Parameters that are not named keep the value that they have. */
  async function withPrevious(parameters: Record<string, string>) {
    const kept = ((await describe())?.Parameters ?? [])
      .map(({ ParameterKey = '' }) => ParameterKey)
      .filter((key) => !(key in parameters));
    return [
      ...toParameters(parameters),
      ...kept.map((ParameterKey) => ({ ParameterKey, UsePreviousValue: true })),
    ];
  }

  async function discardProposal(): Promise<void> {
    try {
      await cloudFormation.send(new DeleteChangeSetCommand({ StackName: name, ChangeSetName: changeSet }));
    } catch (error) {
      if (!(error instanceof ChangeSetNotFoundException) && !isMissing(error)) throw error;
    }
  }

  async function readProposal(): Promise<StackChange[]> {
    for (;;) {
      const {
        Status,
        StatusReason = '',
        Changes = [],
      } = await cloudFormation.send(
        new DescribeChangeSetCommand({ StackName: name, ChangeSetName: changeSet }),
      );
      if (Status === 'CREATE_COMPLETE') {
        return Changes.flatMap(({ ResourceChange: change }) =>
          change
            ? {
                action: change.Action ?? '',
                resource: change.LogicalResourceId ?? '',
                type: change.ResourceType ?? '',
                replacement: change.Replacement === 'True' || change.Replacement === 'Conditional',
              }
            : [],
        );
      }
      if (Status === 'FAILED') {
        // CloudFormation calls a proposal without changes a failure.
        if (/didn't contain changes|No updates are to be performed/i.test(StatusReason)) return [];
        throw new FleetError(`CloudFormation refuses the template: ${StatusReason}`);
      }
      await clock.sleep(2000);
    }
  }

  return {
    name,
    async read() {
      const stack = await describe();
      // A stack that only has a change set has nothing else yet.
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
    async propose(template, parameters) {
      await discardProposal();
      await cloudFormation.send(
        new CreateChangeSetCommand({
          StackName: name,
          ChangeSetName: changeSet,
          ChangeSetType: 'UPDATE',
          TemplateBody: template,
          Parameters: await withPrevious(parameters),
          Capabilities,
        }),
      );
      return readProposal();
    },
    async create(template, parameters) {
      await cloudFormation.send(
        new CreateStackCommand({
          StackName: name,
          TemplateBody: template,
          Parameters: toParameters(parameters),
          Capabilities,
          // Keeps the stack and its events, which say why; the next try deletes it first.
          OnFailure: 'ROLLBACK',
        }),
      );
    },
    async carryOut() {
      await cloudFormation.send(new ExecuteChangeSetCommand({ StackName: name, ChangeSetName: changeSet }));
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

function toParameters(parameters: Record<string, string>) {
  return Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
    ParameterKey,
    ParameterValue,
  }));
}
