import { createHash } from 'node:crypto';
import { Writable } from 'node:stream';
import { type ActionDeps, createActions } from '../../../scripts/fleet/actions.ts';
import type { GlobalOptions } from '../../../scripts/fleet/program.ts';
import { readSource } from '../../../scripts/fleet/read-source.ts';
import { createTerminalReporter } from '../../../scripts/fleet/reporters/terminal-reporter.ts';
import type { StrictAws } from '../strict-aws/start-strict-aws.ts';

export interface Operator {
  actions: ReturnType<typeof createActions>;
  /** What the commands said: results and failures as data, progress as text. */
  results: unknown[];
  progress: string[];
  /** All of it as an administrator sees it, with the commands. */
  transcript: string[];
  /** A command as it is typed. */
  typed(command: string): void;
  /** Makes this minute's traffic, for each minute that passes. */
  onMinute: (minute: Date) => void | Promise<void>;
  /** Minutes pass without a command. */
  pass(minutes: number): Promise<void>;
  interrupt: AbortController;
}

/**
 * An administrator who says yes to everything, and whose waits cost nothing: the clock goes on only while a
 * command sleeps. The image is the one thing that is not built: the builder registers an empty one.
 */
export function createOperator(
  aws: StrictAws,
  options: Partial<GlobalOptions> = {},
  /** Which commit the first bake is of; each further bake is of the next. */
  commits = 0,
): Operator {
  let now = Date.now();
  const interrupt = new AbortController();
  const out = new Writable({
    write(chunk, _, done) {
      operator.transcript.push(String(chunk));
      done();
    },
  });
  const terminal = createTerminalReporter({ out });
  let commit = commits;
  const fakeCommit = () => createHash('sha1').update(`${commit++}`).digest('hex');
  const operator: Operator = {
    results: [],
    progress: [],
    transcript: [],
    typed: (command) => operator.transcript.push(`\n$ npm run fleet -- ${command}\n`),
    onMinute: () => undefined,
    interrupt,
    async pass(minutes) {
      for (let minute = 0; minute < minutes; minute++) await clock.sleep(60_000);
    },
    actions: undefined as never,
  };
  const clock: ActionDeps['clock'] = {
    now: () => new Date(now),
    async sleep(milliseconds, signal) {
      signal?.throwIfAborted();
      for (const end = now + milliseconds; now < end; ) {
        const minute = Math.floor(now / 60_000);
        now = Math.min(end, (minute + 1) * 60_000);
        if (Math.floor(now / 60_000) > minute) await operator.onMinute(new Date(minute * 60_000));
      }
    },
  };
  operator.actions = createActions({
    // Each bake is of a commit of its own.
    source: async () => ({ ...(await readSource(process.cwd())), isClean: true, commit: fakeCommit() }),
    builderFor: () => ({
      async build({ commit, build, architecture, onLine }) {
        onLine('an image without contents');
        const id = await aws.control.addImage({
          name: `inlet-${build}-${commit.slice(0, 7)}-${architecture}-${now}`,
          tags: { 'inlet:commit': commit, 'inlet:version': build, 'inlet:architecture': architecture },
          pendingFor: 2,
        });
        return { id, tags: { 'inlet:manifest-sha256': '0'.repeat(64) } };
      },
    }),
    env: { ...process.env, ...aws.env, AWS_MAX_ATTEMPTS: '2' },
    clock,
    options: { fleet: 'prod', json: false, yes: true, takeOver: false, ...options },
    context: {
      reporter: {
        ...terminal,
        stepProgress(detail) {
          operator.progress.push(detail);
          terminal.stepProgress(detail);
        },
        result(text, data) {
          operator.results.push(data);
          terminal.result(text, data);
        },
      },
      confirm: async () => true,
      signal: interrupt.signal,
    },
  });
  return operator;
}
