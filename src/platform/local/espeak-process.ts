import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { AppError } from '../../app-error.ts';
import type { Environment } from '../../config.ts';

const program = 'espeak-ng';

/** Milliseconds of one run. 3 000 characters take less than one second. */
const longestRun = 30_000;

/** Ten minutes at 22 050 Hz, as long as Polly's audio may be. Pauses in SSML could make far more. */
const mostBytes = 600 * 22_050 * 2;

/**
 * Runs espeak-ng, found on PATH, with `input` on its standard input, and gives what it writes. It is killed when the
 * signal is aborted. Rejects with `speech_unavailable` if it is not installed, and with `speech_failed` if it fails or
 * goes on for too long; with the signal's reason if that is aborted.
 */
export async function runEspeak(
  args: string[],
  input: string,
  { env, signal }: { env: Environment; signal: AbortSignal },
): Promise<Buffer> {
  signal.throwIfAborted();
  const tooLate = AbortSignal.timeout(longestRun);
  const child = spawn(program, args, {
    // Nothing else of the environment, such as secrets, is its business.
    env: { PATH: env.PATH, ESPEAK_DATA_PATH: env.ESPEAK_DATA_PATH },
    stdio: 'pipe',
    signal: AbortSignal.any([signal, tooLate]),
    killSignal: 'SIGKILL',
  });
  const chunks: Buffer[] = [];
  let bytes = 0;
  let complaint = '';
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= mostBytes) chunks.push(chunk);
    else child.kill('SIGKILL');
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(0, 1000);
  });
  // A program that ends before it has read everything says so by its exit code.
  child.stdin.on('error', () => {});
  child.stdin.end(input);

  const failed = (detail: string, cause?: unknown) => new AppError('speech_failed', detail, { cause });
  try {
    const [code] = await once(child, 'close');
    if (bytes > mostBytes) throw failed('The speech would be longer than ten minutes.');
    if (code !== 0)
      throw failed('The engine refused the text.', new Error(`${program}: ${code} ${complaint}`));
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (tooLate.aborted) throw failed('The engine took too long.', error);
    const isMissing = ['ENOENT', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '');
    throw isMissing ? new AppError('speech_unavailable', undefined, { cause: error }) : error;
  }
  return Buffer.concat(chunks);
}
