import { randomBytes } from 'node:crypto';
import type { Template } from '../../../infra/policies/template.ts';
import { type KnownValues, templateBody } from '../../../infra/policies/template-body.ts';
import type { Parameters } from '../aws/ssm-parameters.ts';
import type { Fleet } from '../fleet.ts';
import { FleetError } from '../fleet-error.ts';
import type { Plan, Step } from '../plan.ts';
import { slotNames } from '../slots.ts';
import { isSettled, type Stack, type StackChange } from '../stack.ts';
import { untilStackSettles } from '../until-stack-settles.ts';

interface UpOptions {
  stack: Stack;
  parameters: Parameters;
  deps: Pick<Fleet, 'clock'>;
  template: Template;
  /** What the names in the template are made of, so that the stack can take over what is there already. */
  known: KnownValues;
  /** Parameters of the template that are to be set; the others keep their values. */
  values: Record<string, string>;
  /** Whether a version is live, but the listener that serves has no rule: a stack was given a certificate. */
  isRuleMissing: () => Promise<boolean>;
  /** Puts the rule with the weights on the listener that serves. */
  moveRule: () => Promise<void>;
}

/** What the template reads before the controller has ever written it. */
const firstValues: Record<string, string> = Object.fromEntries(
  slotNames.flatMap((name) => [
    [`slots/${name}/version`, '1'],
    [`slots/${name}/min`, '0'],
  ]),
);

const secretName = 'env/INLET_LINK_SECRETS';

/**
 * Plans to create or update the stack. Nothing is started by it: instances come with the first release. Throws
 * a FleetError if no image was baked yet, or if the stack is being changed.
 */
export async function planUp(options: UpOptions): Promise<Plan> {
  const { stack, parameters, template, known, values } = options;
  if ((await parameters.get('image')) === undefined) {
    throw new FleetError('There is no image yet, and the launch template needs one.', {
      advice: 'Make one with `fleet bake`.',
    });
  }
  const state = await stack.read();
  const subject = 'up';
  const missing: string[] = [];
  for (const name of [...Object.keys(firstValues), secretName]) {
    if ((await parameters.get(name)) === undefined) missing.push(name);
  }
  const first: Step[] = missing.length > 0 ? [writeFirstValues(parameters, missing)] : [];
  // What is left of a stack that never came up can only be deleted.
  const remains = /^(ROLLBACK_COMPLETE|ROLLBACK_FAILED|DELETE_FAILED)$/.test(state?.status ?? '');
  if (state === undefined || remains) {
    return {
      subject,
      notes: [
        describeCreation(stack, template),
        'Buckets, tables and logs that an earlier stack of this name has left are taken over, with all that is in them.',
      ],
      steps: [...first, ...(remains ? [removeRemains(options)] : []), createStack(options)],
    };
  }
  if (!isSettled(state.status)) {
    return {
      subject,
      notes: [`The stack is ${state.status}.`],
      steps: [waitForStack(options), settleRule(options)],
    };
  }
  const changes = await stack.propose(templateBody(template, known), values);
  return {
    subject,
    notes: changes.length > 0 ? changes.map(describeChange) : ['The stack is as its template says.'],
    steps: [
      ...first,
      ...(changes.length > 0 ? [updateStack(options)] : []),
      ...(changes.length > 0 || (await options.isRuleMissing()) ? [settleRule(options)] : []),
    ],
  };
}

/**
 * Counted from the template: CloudFormation says what it will make only of a stack that is there, at least as a
 * proposal, and a plan changes nothing.
 */
function describeCreation({ name }: Stack, { Resources }: Template): string {
  const types = Object.values(Resources).map(({ Type }) => Type);
  const service = (type: string) => type.split('::')[1] ?? type;
  const counts = Object.entries(Object.groupBy(types, service))
    .sort(([, one = []], [, other = []]) => other.length - one.length)
    .map(([group, all = []]) => `${all.length} ${group}`);
  return `The stack ${name} is made, from at most ${types.length} resources: ${counts.join(', ')}.`;
}

/** What the change set of a creation says, in one line. */
function describeProposal(changes: StackChange[]): string {
  const taken = changes.filter(({ action }) => action === 'Import').map(({ resource }) => resource);
  const made = `${changes.length - taken.length} resources are made`;
  return taken.length > 0 ? `${made}, and taken over: ${taken.join(', ')}` : made;
}

function describeChange({ action, resource, type, replacement }: StackChange): string {
  return `${action} ${resource} (${type})${replacement ? ', made anew' : ''}`;
}

function writeFirstValues(parameters: Parameters, missing: string[]): Step {
  return {
    title: `Write first values of ${missing.join(', ')}`,
    async run() {
      for (const name of missing) {
        if ((await parameters.get(name)) !== undefined) continue;
        if (name === secretName)
          await parameters.put(name, randomBytes(32).toString('hex'), { type: 'SecureString' });
        else await parameters.put(name, firstValues[name] ?? '');
      }
    },
  };
}

function createStack({ stack, deps, template, known, values }: UpOptions): Step {
  const since = deps.clock.now();
  return {
    title: `Create the stack ${stack.name}`,
    async run(context) {
      if ((await stack.read()) === undefined) {
        context.progress(describeProposal(await stack.propose(templateBody(template, known), values)));
        await stack.carryOut();
      }
      await untilStackSettles(deps, context, stack, since);
    },
  };
}

function removeRemains({ stack, deps }: UpOptions): Step {
  const since = deps.clock.now();
  return {
    title: `Delete what is left of a stack that did not come up`,
    async run(context) {
      await stack.remove();
      await untilStackSettles(deps, context, stack, since);
    },
  };
}

function updateStack({ stack, deps }: UpOptions): Step {
  const since = deps.clock.now();
  return {
    title: `Update the stack ${stack.name}`,
    async run(context) {
      await stack.carryOut();
      await untilStackSettles(deps, context, stack, since);
    },
  };
}

function settleRule({ isRuleMissing, moveRule }: UpOptions): Step {
  return {
    title: 'See that the weights are on the listener that serves',
    async run({ progress }) {
      if (!(await isRuleMissing())) return;
      await moveRule();
      progress('moved');
    },
  };
}

function waitForStack({ stack, deps }: UpOptions): Step {
  const since = deps.clock.now();
  return {
    title: `Wait for the stack ${stack.name}`,
    run: (context) => untilStackSettles(deps, context, stack, since),
  };
}
