import type { IncomingHttpHeaders } from 'node:http';
import type { Caller } from './caller.ts';

/** Tells who a caller is by the token in its headers. */
export interface BearerTokens {
  /**
   * The caller whom the headers name; undefined if they have no token that is looked at here. Rejects with
   * `token_invalid`, or with `store_unavailable` if the keys of the issuer cannot be had.
   */
  identify(headers: IncomingHttpHeaders): Promise<Caller | undefined>;
}
