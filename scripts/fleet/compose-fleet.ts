import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { createAlbTraffic } from './aws/alb-traffic.ts';
import { createAutoScalingSlots } from './aws/auto-scaling-slots.ts';
import type { Clients } from './aws/clients.ts';
import { createCloudFormationStack } from './aws/cloudformation-stack.ts';
import { createCloudWatchLogs } from './aws/cloudwatch-logs.ts';
import { createEc2Images } from './aws/ec2-images.ts';
import { findRegion } from './aws/find-region.ts';
import { createLaunchTemplateVersions } from './aws/launch-template-versions.ts';
import { createSenderFacts } from './aws/sender-facts.ts';
import { createSsmParameters } from './aws/ssm-parameters.ts';
import { createSsmAlias, createSsmOperations } from './aws/ssm-records.ts';
import type { Clock } from './clock.ts';
import type { Fleet } from './fleet.ts';
import { FleetError } from './fleet-error.ts';
import { createCloudWatchSignals } from './judge/cloudwatch-signals.ts';
import { createPrometheusSignals } from './judge/prometheus-signals.ts';
import { isUsable, type StackState } from './stack.ts';

export interface FleetAddress {
  name: string;
  region: string;
  /** Address of a Prometheus that scrapes the fleet. Without one the judge asks CloudWatch. */
  prometheus: string | undefined;
}

/** What can be reached before there is a stack. */
export function composeAccount(clients: Clients, { name }: FleetAddress, clock: Clock) {
  return {
    clock,
    stack: createCloudFormationStack({
      cloudFormation: clients.cloudFormation,
      name: `inlet-${name}`,
      clock,
    }),
    parameters: createSsmParameters({ ssm: clients.ssm, path: `/inlet/${name}` }),
    images: createEc2Images(clients.ec2),
    senders: createSenderFacts(clients),
    async whoAmI() {
      const { Arn = 'nobody' } = await clients.sts.send(new GetCallerIdentityCommand({}));
      return Arn;
    },
  };
}

export type Account = ReturnType<typeof composeAccount>;

/** Throws a FleetError that says where the stack is, if it is in another region. */
export async function requireStack(clients: Clients, account: Account, address: FleetAddress) {
  const state = await account.stack.read();
  if (state !== undefined) return state;
  const elsewhere = await findRegion(clients.iam, address.name);
  const missing = `There is no stack ${account.stack.name} in ${address.region}`;
  if (elsewhere && elsewhere !== address.region) {
    throw new FleetError(`${missing}; it is in ${elsewhere}.`, { advice: `Set AWS_REGION=${elsewhere}.` });
  }
  throw new FleetError(`${missing}.`, { advice: 'Make it with `fleet up`.' });
}

/** Throws a FleetError if a fleet of this name is in another region: roles, which carry its name, are the same in all. */
export async function refuseIfElsewhere(clients: Clients, { name, region }: FleetAddress): Promise<void> {
  const elsewhere = await findRegion(clients.iam, name);
  if (elsewhere === undefined || elsewhere === region) return;
  throw new FleetError(`The fleet ${name} is in ${elsewhere}, and its role is the same in every region.`, {
    advice: `Set AWS_REGION=${elsewhere}, or give the fleet in ${region} another name with --fleet.`,
  });
}

/** Throws a FleetError while CloudFormation changes the stack: a release would meet it half-way. */
export function requireSettled({ status, reason }: StackState): void {
  if (isUsable(status)) return;
  throw new FleetError(`The stack is ${status}${reason ? `: ${reason}` : ''}.`, {
    advice: 'Wait until it has settled; `fleet up` waits for it.',
  });
}

/** The fleet as its stack's outputs say. */
export async function composeFleet(
  clients: Clients,
  account: Account,
  address: FleetAddress,
  state: StackState,
): Promise<Fleet> {
  const output = (name: string): string => {
    const value = state.outputs[name];
    if (value !== undefined) return value;
    throw new FleetError(`The stack has no output ${name}.`, {
      advice: 'Bring it up to date with `fleet up`.',
    });
  };
  const { parameters, clock } = account;
  const launchTemplateId = output('LaunchTemplateId');
  const targetGroups = { a: output('TargetGroupA'), b: output('TargetGroupB') };
  const groups = { a: output('GroupA'), b: output('GroupB') };
  const { autoScaling, elb, ec2 } = clients;
  return {
    name: address.name,
    slots: createAutoScalingSlots({ autoScaling, elb, parameters, launchTemplateId, groups, targetGroups }),
    traffic: createAlbTraffic({ elb, listenerArn: output('ListenerArn'), targetGroups }),
    alias: createSsmAlias(parameters),
    operations: createSsmOperations(parameters),
    versions: createLaunchTemplateVersions({
      ec2,
      launchTemplateId,
      stackVersion: output('LaunchTemplateVersion'),
    }),
    signals: address.prometheus
      ? createPrometheusSignals({ url: address.prometheus, labels: { fleet: address.name } })
      : createCloudWatchSignals({
          client: clients.cloudWatch,
          now: () => clock.now(),
          loadBalancer: output('LoadBalancerFullName'),
          targetGroups: { a: output('TargetGroupAFullName'), b: output('TargetGroupBFullName') },
        }),
    clock,
    by: await account.whoAmI(),
    // One a zone, of which there are two at least.
    leastInstances: 2,
  };
}

export function composeLogs(clients: Clients, account: Account, state: StackState) {
  const group = state.outputs.LogGroup;
  if (group === undefined) throw new FleetError('The stack has no output LogGroup.');
  return createCloudWatchLogs({ logs: clients.logs, group, clock: account.clock });
}
