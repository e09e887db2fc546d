export interface Readiness {
  ok: boolean;
  /** By the name of the check: `ok`, or what is wrong. */
  checks: Record<string, string>;
}

interface ReadinessOptions {
  /** How long one check may take, in milliseconds. */
  timeoutMs?: number;
  /** How long an answer is good, in milliseconds. */
  cacheMs?: number;
  now?: () => number;
}

/** The message of an error and of what caused it: a port says "unavailable", its cause says why. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${reasonOf(error.cause)}`;
}

async function outcomeOf(check: () => Promise<void>, timeoutMs: number): Promise<string> {
  const late = Promise.withResolvers<string>();
  const timer = setTimeout(() => late.resolve(`no answer within ${timeoutMs} ms`), timeoutMs);
  try {
    return await Promise.race([check().then(() => 'ok'), late.promise]);
  } catch (error) {
    return reasonOf(error);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Asks everything that a request may need whether it is there. All checks run at once. Whoever asks while
 * they run, or within `cacheMs` after, gets the same answer, so that no number of probes wears out a store.
 */
export function createReadiness(
  checks: Record<string, () => Promise<void>>,
  { timeoutMs = 2000, cacheMs = 1000, now = () => performance.now() }: ReadinessOptions = {},
): () => Promise<Readiness> {
  let answer: Promise<Readiness> | undefined;
  let goodUntil = Infinity;

  async function ask(): Promise<Readiness> {
    const outcomes = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => [name, await outcomeOf(check, timeoutMs)] as const),
    );
    goodUntil = now() + cacheMs;
    return { ok: outcomes.every(([, outcome]) => outcome === 'ok'), checks: Object.fromEntries(outcomes) };
  }

  return () => {
    if (!answer || now() >= goodUntil) {
      goodUntil = Infinity;
      answer = ask();
    }
    return answer;
  };
}
