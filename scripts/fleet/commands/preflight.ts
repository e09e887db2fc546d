import type { Account } from '../compose-fleet.ts';
import type { Fleet } from '../fleet.ts';
import { FleetError } from '../fleet-error.ts';
import {
  type Check,
  parameterCheck,
  settingsCheck,
  templateCheck,
  timeoutCheck,
  userDataCheck,
} from '../preflight/checks.ts';
import type { ParameterQuestion } from '../preflight/parameter-faults.ts';
import { senderChecks } from '../preflight/sender-checks.ts';
import type { Source } from '../read-source.ts';
import { slotNames } from '../slots.ts';
import { isUsable } from '../stack.ts';

/**
 * What can be known without AWS: sizes, the parameters, and the chain of timeouts under the parameters that would
 * be in effect and the settings (`env`) that administrators keep.
 */
export function localChecks(
  userData: string,
  question: ParameterQuestion,
  env: Record<string, string>,
): Check[] {
  return [
    userDataCheck(userData),
    templateCheck(question.template),
    parameterCheck(question),
    timeoutCheck(question, env),
  ];
}

/** Throws a FleetError that names everything that AWS, or an instance, would refuse later. */
export function refuseIfAnyFails(checks: Check[]): void {
  const failed = checks.filter(({ ok }) => !ok);
  if (failed.length === 0) return;
  throw new FleetError(failed.map(({ name, detail }) => `${name}: ${detail}`).join('\n  '));
}

/** Looks at everything that a command could stumble over later. Changes nothing. */
export async function preflight(
  source: Source,
  account: Account,
  question: Pick<ParameterQuestion, 'given' | 'own' | 'region'>,
  openFleet: () => Promise<Fleet>,
): Promise<Check[]> {
  const state = await account.stack.read();
  const env = await account.parameters.all('env');
  const { template, userData } = source;
  const checks = [
    { name: 'credentials', ok: true, detail: await account.whoAmI() },
    ...localChecks(userData, { ...question, template, current: state?.parameters ?? {} }, env),
    await imageCheck(account),
  ];
  if (state === undefined) {
    return [
      ...checks,
      { name: 'stack', ok: true, detail: 'there is none yet in this region; `fleet up` makes it' },
    ];
  }
  const stack = { name: 'stack', ok: isUsable(state.status), detail: state.status };
  return [
    ...checks,
    stack,
    settingsCheck(env),
    ...(await senderChecks(env, account.senders)),
    ...(await slotChecks(await openFleet())),
  ];
}

async function imageCheck({ parameters, images }: Account): Promise<Check> {
  const name = 'image';
  const id = (await parameters.get('image'))?.value;
  if (id === undefined) return { name, ok: false, detail: 'there is none yet; `fleet bake` makes one' };
  const image = await images.find(id);
  return { name, ok: image?.state === 'available', detail: `${id} is ${image?.state ?? 'gone'}` };
}

/** Every slot must run a version that exists, by its number: `$Latest` would let a new one in unseen. */
async function slotChecks({ slots, versions }: Fleet): Promise<Check[]> {
  return Promise.all(
    slotNames.map(async (name) => {
      const { version, desired, max } = await slots.read(name);
      const check = { name: `slot ${name}` };
      if (!Number.isInteger(version))
        return { ...check, ok: false, detail: 'its launch template version is no number' };
      const found = await versions.find(version);
      if (found === undefined) return { ...check, ok: false, detail: `v${version} does not exist any more` };
      const ok = found.faults.length === 0;
      return {
        ...check,
        ok,
        detail: ok ? `v${version}, ${desired} of ${max} instances` : found.faults.join(' '),
      };
    }),
  );
}
