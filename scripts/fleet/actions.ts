import { createClients } from './aws/clients.ts';
import { moveRule } from './aws/move-rule.ts';
import { createSsmOperations } from './aws/ssm-records.ts';
import { unprotectLoadBalancer } from './aws/unprotect-load-balancer.ts';
import type { Clock } from './clock.ts';
import { planBake } from './commands/bake.ts';
import { planDown } from './commands/down.ts';
import { planDrain } from './commands/drain.ts';
import { planGc } from './commands/gc.ts';
import { localChecks, preflight, refuseIfAnyFails } from './commands/preflight.ts';
import { planPromote } from './commands/promote.ts';
import { planRelease } from './commands/release.ts';
import { planRollback } from './commands/rollback.ts';
import { describeStatus, readStatus } from './commands/status.ts';
import { planUp } from './commands/up.ts';
import { describeVersions, listVersions } from './commands/versions.ts';
import {
  composeAccount,
  composeFleet,
  composeLogs,
  refuseIfElsewhere,
  requireSettled,
  requireStack,
} from './compose-fleet.ts';
import { FleetError } from './fleet-error.ts';
import type { ImageBuilder } from './image-builder.ts';
import { judgeRules } from './judge/judge-rules.ts';
import { templateCheck, userDataCheck } from './preflight/checks.ts';
import type { Actions, GlobalOptions, JudgeOptions } from './program.ts';
import type { Source } from './read-source.ts';
import { type RunContext, runPlan } from './run-plan.ts';
import { endingOf } from './slots.ts';
import { isUsable } from './stack.ts';

export interface ActionDeps {
  source: () => Promise<Source>;
  builderFor: (fleet: string, region: string) => ImageBuilder;
  env: NodeJS.ProcessEnv;
  clock: Clock;
  options: GlobalOptions;
  context: RunContext;
}

const retainedOutputs = ['Bucket', 'AccessLogBucket', 'SiteBucket', 'Table', 'LimitsTable', 'LogGroup'];
/** What the controller keeps in Parameter Store, beside settings, secrets and the name of the image. */
const ownParameters = ['live', 'slots/a/version', 'slots/a/min', 'slots/b/version', 'slots/b/min'];

function rulesOf({ minSample, errors, slow }: JudgeOptions) {
  return judgeRules({
    ...(minSample !== undefined && { minimumRequests: minSample }),
    ...(errors !== undefined && { toleratedErrors: errors }),
    ...(slow !== undefined && { toleratedSlow: slow }),
  });
}

/** What each command does, with everything that it needs put together. */
export function createActions({
  source: readSource,
  builderFor,
  env,
  clock,
  options,
  context,
}: ActionDeps): Actions {
  const { reporter } = context;
  const region = options.region ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION;
  if (!region) throw new FleetError('No region is set.', { advice: 'Set AWS_REGION, or give --region.' });
  const address = {
    name: options.fleet,
    region,
    prometheus: options.prometheus ?? (env.INLET_PROMETHEUS_URL || undefined),
  };
  const clients = createClients(region, Number(env.AWS_MAX_ATTEMPTS || 6));
  const account = composeAccount(clients, address, clock);
  const { takeOver } = options;

  async function openFleet({ settled = false } = {}) {
    const state = await requireStack(clients, account, address);
    if (settled) requireSettled(state);
    return { state, fleet: await composeFleet(clients, account, address, state) };
  }

  /** For commands that work before there is a fleet. */
  async function accountAsFleet() {
    return { operations: createSsmOperations(account.parameters), clock, by: await account.whoAmI() };
  }

  /** The template reads what the controller writes, under this fleet's path. */
  const ownValues = () => ({
    Fleet: address.name,
    ImageId: `/inlet/${address.name}/image`,
    SlotAVersion: `/inlet/${address.name}/slots/a/version`,
    SlotBVersion: `/inlet/${address.name}/slots/b/version`,
    SlotAMin: `/inlet/${address.name}/slots/a/min`,
    SlotBMin: `/inlet/${address.name}/slots/b/min`,
  });

  return {
    async preflight({ parameter }) {
      const source = await readSource();
      const question = { given: parameter, own: ownValues(), region };
      const checks = await preflight(source, account, question, async () => (await openFleet()).fleet);
      const lines = checks.map(({ name, ok, detail }) => `${ok ? '✓' : '✗'} ${name}: ${detail}`);
      reporter.result(lines.join('\n'), { checks });
      refuseIfAnyFails(checks);
    },

    async up({ parameter }) {
      const { template, userData } = await readSource();
      const state = await account.stack.read();
      if (state === undefined) await refuseIfElsewhere(clients, address);
      const current = state?.parameters ?? {};
      const question = { template, given: parameter, current, own: ownValues(), region };
      refuseIfAnyFails(localChecks(userData, question, await account.parameters.all('env')));
      const [, partition = '', , , accountId = ''] = (await account.whoAmI()).split(':');
      const plan = await planUp({
        stack: account.stack,
        parameters: account.parameters,
        deps: { clock },
        template,
        known: {
          Fleet: address.name,
          'AWS::AccountId': accountId,
          'AWS::Partition': partition,
          'AWS::Region': region,
        },
        values: { ...ownValues(), ...parameter },
        async isRuleMissing() {
          const { fleet } = await openFleet();
          return (await fleet.alias.read()) !== undefined && (await fleet.traffic.read()) === undefined;
        },
        async moveRule() {
          const { fleet, state } = await openFleet();
          const { LoadBalancerArn: loadBalancerArn = '', ListenerArn: listenerArn = '' } = state.outputs;
          const weights = (await fleet.alias.read())?.weights ?? {};
          await moveRule({ elb: clients.elb, loadBalancerArn, listenerArn, traffic: fleet.traffic }, weights);
        },
      });
      await runPlan(await accountAsFleet(), plan, context, { takeOver });
      const outputs = (await account.stack.read())?.outputs ?? {};
      reporter.result(`The fleet answers at ${outputs.Url ?? 'no address yet'}.`, { outputs });
    },

    async bake({ arch, image }) {
      const source = await readSource();
      refuseIfAnyFails([userDataCheck(source.userData), templateCheck(source.template)]);
      const state = await account.stack.read();
      const fleet =
        state && isUsable(state.status) ? await composeFleet(clients, account, address, state) : undefined;
      let made: number | undefined;
      const plan = await planBake({
        deps: { clock },
        builder: builderFor(address.name, region),
        images: account.images,
        parameters: account.parameters,
        versions: fleet?.versions,
        source: { ...source, architecture: arch },
        userData: source.userData,
        image,
        onVersion: (number) => {
          made = number;
        },
      });
      await runPlan(await accountAsFleet(), plan, context, { takeOver });
      const found = (await account.parameters.get('image'))?.value;
      const text = made ? `v${made} is ready: \`fleet release ${made}\`.` : `The image is ${found}.`;
      reporter.result(text, { version: made, image: found });
    },

    async versions() {
      const versions = await listVersions((await openFleet()).fleet);
      reporter.result(describeVersions(versions), { versions });
    },

    async release(version, { canary, step, bakeTime, every, ...judge }) {
      const { fleet } = await openFleet({ settled: true });
      const plan = await planRelease(fleet, {
        version,
        weights: [canary, ...step],
        watch: { bakeMs: bakeTime, intervalMs: every, rules: rulesOf(judge) },
      });
      await runPlan(fleet, plan, context, { takeOver });
      await showStatus();
    },

    async promote({ force, ...judge }) {
      const { fleet } = await openFleet({ settled: true });
      const plan = await planPromote(fleet, { rules: rulesOf(judge), force });
      await runPlan(fleet, plan, context, { takeOver });
      await showStatus();
    },

    async rollback({ force }) {
      // Neither a stack that is being changed nor another command keeps visitors from a version that works.
      const { fleet } = await openFleet();
      await runPlan(fleet, await planRollback(fleet, { force }), context, { takeOver: true });
      await showStatus();
    },

    status: ({ history }) => showStatus(history),

    async logs({ since, follow, version, level, instance }) {
      const { state } = await openFleet();
      const query = {
        since: new Date(clock.now().getTime() - since),
        version,
        level,
        instanceId: instance,
      };
      const lines = composeLogs(clients, account, state).read(query, { follow, signal: context.signal });
      for await (const { at, stream, text } of lines) {
        reporter.result(`${at.toISOString()} ${stream} ${text}`, { at, stream, text });
      }
    },

    async drain(instanceId, { keep }) {
      const { fleet } = await openFleet({ settled: true });
      await runPlan(fleet, await planDrain(fleet, { instanceId, keep }), context, { takeOver });
      if (keep) {
        reporter.note(`Look into it: aws ssm start-session --target ${instanceId}`);
        reporter.note(`End it: ${endingOf(instanceId)}`);
      }
    },

    async gc({ keep }) {
      const { fleet } = await openFleet({ settled: true });
      const stackImage = (await account.parameters.get('image'))?.value;
      const plan = await planGc(fleet, { keep, images: account.images, stackImage });
      await runPlan(fleet, plan, context, { takeOver });
      await showStatus();
    },

    async down() {
      const state = await account.stack.read();
      const fleet =
        state && isUsable(state.status) ? await composeFleet(clients, account, address, state) : undefined;
      const plan = await planDown({
        stack: account.stack,
        fleet,
        deps: { clock },
        unprotect: () => unprotectLoadBalancer(clients.elb, state?.outputs.LoadBalancerArn),
        forget: () => account.parameters.remove(ownParameters),
        retained: retainedOutputs.flatMap((name) => state?.outputs[name] ?? []),
      });
      await runPlan(await accountAsFleet(), plan, context, { takeOver });
    },
  };

  async function showStatus(history = 0): Promise<void> {
    const { fleet, state } = await openFleet();
    const status = await readStatus(fleet, state);
    reporter.result(describeStatus(status, clock.now()), status);
    if (history === 0) return;
    const changes = await fleet.alias.history(history);
    const lines = changes.map(({ at, by, why }) => `${at}  ${why}  (${by})`);
    reporter.result(lines.join('\n'), { history: changes });
  }
}
