/** NIST SP 800-63B-4 section 3.1.3.2 and OWASP ASVS 5.0 6.5.5: ten minutes at most. So it is no setting. */
export const codeLifetimeMs = 10 * 60_000;

/** How long requests for codes are remembered. */
export const requestWindowMs = 60 * 60_000;

/** How long tries are remembered. */
export const dayMs = 24 * 60 * 60_000;

/** How many codes of an address are good at the same time: mail and messages overtake each other. */
export const goodCodes = 3;

/** Seconds until a code may be asked for again, after the first, the second, and every later one in an hour. */
const cooldowns = [30, 60, 120] as const;

/**
 * Codes this short need a limit on guesses (NIST SP 800-63B-4 sections 3.1.3.2 and 3.2.2, which allows 100 in a row
 * at most; OWASP ASVS 5.0 6.6.3). Five in the lifetime of a code, whichever code they are for: asking for a new one
 * buys no try. With 20 a day, guessing six digits every day for a year succeeds with a chance below 1 %.
 */
const triesAllowed = [
  { count: 5, windowMs: codeLifetimeMs },
  { count: 20, windowMs: dayMs },
] as const;

/** The times that are still inside the window that ends now: it slides, so there is no moment at which all begins anew. */
export function recent(times: readonly number[], windowMs: number, now: number): number[] {
  return times.filter((time) => time > now - windowMs);
}

/** Milliseconds until one more is allowed, 0 for now: `count` in each window. */
function waitForRoom(times: readonly number[], count: number, windowMs: number, now: number): number {
  const inside = recent(times, windowMs, now);
  const leaves = inside[inside.length - count];
  return leaves === undefined ? 0 : leaves + windowMs - now;
}

/** Milliseconds until a code may be asked for, 0 for now. `perHour` is the limit of whoever `requests` are of. */
export function waitForRequest(requests: readonly number[], perHour: number, now: number): number {
  return waitForRoom(requests, perHour, requestWindowMs, now);
}

/** Milliseconds until the cooldown between two codes for one address is over, 0 if it is. */
export function waitForCooldown(requests: readonly number[], now: number): number {
  const inside = recent(requests, requestWindowMs, now);
  const last = inside.at(-1);
  const seconds = cooldowns[Math.min(inside.length, cooldowns.length) - 1];
  return last === undefined || seconds === undefined ? 0 : Math.max(0, last + seconds * 1000 - now);
}

/** How many tries the address has left just now. */
export function triesLeft(tries: readonly number[], now: number): number {
  const left = triesAllowed.map(({ count, windowMs }) => count - recent(tries, windowMs, now).length);
  return Math.max(0, Math.min(...left));
}

/** Milliseconds until the address has a try, 0 if it has one. */
export function waitForTry(tries: readonly number[], now: number): number {
  return Math.max(...triesAllowed.map(({ count, windowMs }) => waitForRoom(tries, count, windowMs, now)));
}
