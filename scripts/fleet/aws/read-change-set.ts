import {
  type Change,
  type CloudFormationClient,
  DescribeChangeSetCommand,
  type DescribeChangeSetOutput,
  paginateDescribeEvents,
} from '@aws-sdk/client-cloudformation';
import type { Clock } from '../clock.ts';
import { FleetError } from '../fleet-error.ts';
import type { StackChange } from '../stack.ts';

interface ReadChangeSetDeps {
  cloudFormation: CloudFormationClient;
  clock: Clock;
}

interface ChangeSetAddress {
  StackName: string;
  ChangeSetName: string;
}

/**
 * Waits until CloudFormation has worked out a change set, and says what it changes. Throws a FleetError with
 * CloudFormation's reasons if it refuses it.
 */
export async function readChangeSet(
  { cloudFormation, clock }: ReadChangeSetDeps,
  address: ChangeSetAddress,
): Promise<StackChange[]> {
  const look = (NextToken?: string) =>
    cloudFormation.send(new DescribeChangeSetCommand({ ...address, NextToken }));
  let page = await look();
  while (page.Status !== 'CREATE_COMPLETE' && page.Status !== 'FAILED') {
    await clock.sleep(2000);
    page = await look();
  }
  if (page.Status === 'FAILED') return refuse(cloudFormation, page);
  const changes = [...(page.Changes ?? [])];
  while (page.NextToken) {
    page = await look(page.NextToken);
    changes.push(...(page.Changes ?? []));
  }
  return changes.flatMap(toStackChange);
}

function toStackChange({ ResourceChange: change }: Change): StackChange[] {
  if (change === undefined) return [];
  return [
    {
      action: change.Action ?? '',
      resource: change.LogicalResourceId ?? '',
      type: change.ResourceType ?? '',
      replacement: change.Replacement === 'True' || change.Replacement === 'Conditional',
    },
  ];
}

async function refuse(
  cloudFormation: CloudFormationClient,
  { StatusReason = '', ChangeSetId }: DescribeChangeSetOutput,
): Promise<StackChange[]> {
  // CloudFormation calls a proposal without changes a failure.
  if (/didn't contain changes|No updates are to be performed/i.test(StatusReason)) return [];
  // The reason of a failed validation is only that one failed; the events name the resources. Whoever may not read
  // them still gets the reason.
  const reasons = await readFailedEvents(cloudFormation, ChangeSetId).catch(() => []);
  throw new FleetError(`CloudFormation refuses the template: ${[StatusReason, ...reasons].join('\n  ')}`);
}

/** Source: "Validate stack deployments" in the CloudFormation guide. By its ARN, because a name alone is refused. */
async function readFailedEvents(
  client: CloudFormationClient,
  ChangeSetName: string | undefined,
): Promise<string[]> {
  const pages = paginateDescribeEvents({ client }, { ChangeSetName, Filters: { FailedEvents: true } });
  const reasons: string[] = [];
  for await (const { OperationEvents = [] } of pages) {
    for (const event of OperationEvents) {
      const reason = event.ValidationStatusReason ?? event.ResourceStatusReason ?? event.HookStatusReason;
      if (reason) reasons.push(`${event.LogicalResourceId} (${event.ResourceType}): ${reason}`);
    }
  }
  return reasons;
}
