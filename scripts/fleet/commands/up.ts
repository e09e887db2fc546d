import { randomBytes } from 'node:crypto';
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
  /** Text of the template, below 51 200 bytes. */
  template: string;
  /** Types of the template's resources, one entry a resource. */
  resourceTypes: string[];
  /** Parameters of the template that are to be set; the others keep their values. */
  values: Record<string, string>;
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
  const { stack, parameters, template, resourceTypes, values } = options;
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
    const service = (type: string) => type.split('::')[1] ?? type;
    const counts = Object.entries(Object.groupBy(resourceTypes, service))
      .sort(([, one = []], [, other = []]) => other.length - one.length)
      .map(([name, all = []]) => `${all.length} ${name}`);
    return {
      subject,
      notes: [
        `The stack ${stack.name} is made, from at most ${resourceTypes.length} resources: ${counts.join(', ')}.`,
      ],
      steps: [...first, ...(remains ? [removeRemains(options)] : []), createStack(options)],
    };
  }
  if (!isSettled(state.status)) {
    return { subject, notes: [`The stack is ${state.status}.`], steps: [waitForStack(options)] };
  }
  const changes = await stack.propose(template, values);
  return {
    subject,
    notes: changes.length > 0 ? changes.map(describeChange) : ['The stack is as its template says.'],
    steps: [...first, ...(changes.length > 0 ? [updateStack(options)] : [])],
  };
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

function createStack({ stack, deps, template, values }: UpOptions): Step {
  const since = deps.clock.now();
  return {
    title: `Create the stack ${stack.name}`,
    async run(context) {
      if ((await stack.read()) === undefined) await stack.create(template, values);
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

function waitForStack({ stack, deps }: UpOptions): Step {
  const since = deps.clock.now();
  return {
    title: `Wait for the stack ${stack.name}`,
    run: (context) => untilStackSettles(deps, context, stack, since),
  };
}
