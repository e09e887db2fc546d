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
