import path from 'node:path';
import { stdin, stdout } from 'node:process';
import { createInterface } from 'node:readline/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { CommanderError } from 'commander';
import { createActions } from './fleet/actions.ts';
import { createPackerBuilder } from './fleet/aws/packer-builder.ts';
import { CanaryFailed } from './fleet/commands/release.ts';
import { explainAwsError } from './fleet/explain-aws-error.ts';
import { FleetError } from './fleet/fleet-error.ts';
import { type Actions, createProgram, type GlobalOptions } from './fleet/program.ts';
import { readSource } from './fleet/read-source.ts';
import { createJsonReporter } from './fleet/reporters/json-reporter.ts';
import { createTerminalReporter } from './fleet/reporters/terminal-reporter.ts';

// Exit codes: 0 done, 1 refused or failed, 2 not understood, 3 the judge rolled the canary back, 130 interrupted.

const root = path.dirname(import.meta.dirname);
const interrupted = new AbortController();
let interruptedAt = 0;
process.on('SIGINT', () => {
  // Under npm one Ctrl-C arrives twice: from the terminal, and passed on. A second one ends at once; the journal
  // then shows how old the lock is.
  if (interrupted.signal.aborted && performance.now() - interruptedAt > 500) process.exit(130);
  if (interrupted.signal.aborted) return;
  interruptedAt = performance.now();
  interrupted.abort(
    new FleetError('Interrupted.', { advice: 'See `fleet status`; the same command goes on.' }),
  );
});

const clock = {
  now: () => new Date(),
  async sleep(milliseconds: number, signal?: AbortSignal) {
    await delay(milliseconds, undefined, signal ? { signal } : undefined).catch((error) => {
      throw signal?.aborted ? signal.reason : error;
    });
  },
};

function reporterFor({ json }: Pick<GlobalOptions, 'json'>) {
  return json ? createJsonReporter((line) => console.log(line)) : createTerminalReporter({ out: stdout });
}

async function confirm(question: string, { yes }: GlobalOptions): Promise<boolean> {
  if (yes) return true;
  if (!stdin.isTTY) {
    throw new FleetError('Nobody is there to say yes.', { advice: 'Give --yes, or run it in a terminal.' });
  }
  const terminal = createInterface({ input: stdin, output: stdout });
  try {
    const answer = await terminal.question(`${question} [y/N] `, { signal: interrupted.signal });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}

function open(options: GlobalOptions): Actions {
  const context = {
    reporter: reporterFor(options),
    confirm: (question: string) => confirm(question, options),
    signal: interrupted.signal,
  };
  const { env } = process;
  const packer = env.INLET_PACKER || 'packer';
  return createActions({
    source: () => readSource(root),
    builderFor: (fleet, region) => createPackerBuilder({ root, packer, fleet, region, env }),
    env,
    clock,
    options,
    context,
  });
}

const program = createProgram(open, process.env).exitOverride();
for (const command of program.commands) command.exitOverride();

try {
  await program.parseAsync();
} catch (thrown) {
  if (thrown instanceof CommanderError) process.exit(thrown.exitCode === 0 ? 0 : 2);
  const error = explainAwsError(thrown);
  if (!(error instanceof FleetError)) throw error;
  reporterFor(program.opts<GlobalOptions>()).failed(error.message, error.advice);
  process.exitCode = interrupted.signal.aborted ? 130 : error instanceof CanaryFailed ? 3 : 1;
}
