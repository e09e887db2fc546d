import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { breakages } from './breakages.ts';
import { enterRoot } from './enter-root.ts';
import { must } from './run-command.ts';

// What is tried in copies of a baked root.

/** The checks of the image. In a rehearsal the agents of AWS are stand-ins. */
export const validation = 'INLET_ALLOW_STAND_INS=1 bash /run/inlet-bake/validate.sh';

/**
 * Breaks a copy of the root in all of the given ways at once, and says which checks of validate.sh then fail and how it
 * exits. It goes on after a failure, so each way shows. The root itself stays as it is; with no way it is validated.
 */
export async function validateRefusals(
  root: string,
  ways = breakages,
): Promise<{ code: number; failed: string[]; output: string }> {
  const bake = path.join(path.dirname(root), 'bake');
  const script = [...ways.map(({ by }) => by), validation].join('\n');
  const { code, output } = await enterRoot({ root, bake, scratch: true }, script);
  const failed = output.split('\n').flatMap((line) => (line.startsWith('FAIL  ') ? [line.slice(6)] : []));
  return { code, failed, output };
}

/**
 * Runs the scripts a second time in a copy of a finished root, and validates the result: they may run again, over what
 * they made. Rejects if that is not so. The root stays as it is.
 */
export async function bakeAgain(root: string, log?: (line: string) => void): Promise<void> {
  const bake = path.join(path.dirname(root), 'bake');
  const env = JSON.parse(await readFile(path.join(bake, 'replacements.json'), 'utf8')) as Record<
    string,
    string
  >;
  const steps = ['bash /run/inlet-bake/provision.sh', 'bash /run/inlet-bake/provision.sh seal', validation];
  const options = { env, ...(log && { log }) };
  await must('provisioning again', enterRoot({ root, bake, scratch: true }, steps.join('\n'), options));
}
