import type { ActionContext } from './action-context.ts';
import { moveRule } from './aws/move-rule.ts';
import { unprotectLoadBalancer } from './aws/unprotect-load-balancer.ts';
import { planBake } from './commands/bake.ts';
import { planDown } from './commands/down.ts';
import { localChecks, preflight, refuseIfAnyFails } from './commands/preflight.ts';
import { planUp } from './commands/up.ts';
import { refuseIfElsewhere } from './compose-fleet.ts';
import { templateCheck, userDataCheck } from './preflight/checks.ts';
import type { Actions } from './program.ts';
import { runPlan } from './run-plan.ts';

const retainedOutputs = ['Bucket', 'AccessLogBucket', 'SiteBucket', 'Table', 'LimitsTable', 'LogGroup'];
/** What the controller keeps in Parameter Store, beside settings, secrets and the name of the image. */
const ownParameters = ['live', 'slots/a/version', 'slots/a/min', 'slots/b/version', 'slots/b/min'];

/** The commands that make a fleet, what it is made of, and its end. */
export function createStackActions(
  common: ActionContext,
): Pick<Actions, 'preflight' | 'up' | 'bake' | 'down'> {
  const { address, clients, account, clock, context, readSource, builder, takeOver } = common;
  const { openFleet, findFleet, accountAsFleet } = common;
  const { reporter } = context;

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
      const question = { given: parameter, own: ownValues(), region: address.region };
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
      const question = { template, given: parameter, current, own: ownValues(), region: address.region };
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
          'AWS::Region': address.region,
        },
        values: { ...ownValues(), ...parameter },
        async isRuleMissing() {
          const { fleet } = await openFleet();
          return (await fleet.alias.read()) !== undefined && (await fleet.traffic.read()) === undefined;
        },
        async moveRule() {
          const { fleet, state: after } = await openFleet();
          const { LoadBalancerArn: loadBalancerArn = '', ListenerArn: listenerArn = '' } = after.outputs;
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
      const { fleet } = await findFleet();
      let made: number | undefined;
      const plan = await planBake({
        deps: { clock },
        builder: builder(),
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

    async down() {
      const { state, fleet } = await findFleet();
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
}
