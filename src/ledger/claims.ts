/**
 * Who came first: names that one owner holds at a time, such as a proof that is good for one request. Shared by
 * all instances. A store that cannot be reached rejects with `store_unavailable`, so that nothing is used twice.
 */
export interface Claims {
  /**
   * Makes `owner` the holder of `name` unless somebody holds it, durably, and answers with whoever holds it then.
   * Claiming again as the same owner succeeds, so a request may be repeated. `expiresAt` is ISO 8601; from then
   * on nobody holds it, whether or not the entry is still there.
   */
  claim(name: string, owner: string, expiresAt?: string): Promise<string>;

  /** Lets go of the name, if the owner holds it. */
  release(name: string, owner: string): Promise<void>;
}

/** Longer than any request takes from looking at something to claiming it, and than clocks differ. */
const settleMs = 10 * 60_000;

/**
 * Until when to hold the name of something that is good once, until `expiresAt` (ISO 8601): longer than that.
 * Whoever has found it good just before it expired claims it just after, and must still find it used.
 */
export function heldBeyond(expiresAt: string): string {
  return new Date(Date.parse(expiresAt) + settleMs).toISOString();
}
