import type { Scope } from './key-store.ts';

/** What the keys of a plan may do, how often, and from where. */
export interface Plan {
  name: string;
  /** Requests a second in the long run. May be a fraction: 0.5 is one in two seconds. */
  rate: number;
  /** Requests that may come at once after a pause: the size of the token bucket. */
  burst: number;
  /** Requests a calendar month (UTC). Without it there is no such limit. */
  quota?: number | undefined;
  /** What its keys may do at most, whatever a key itself says. Without it the key alone decides. */
  scopes?: Scope[] | undefined;
  /** Origins whose pages may use its keys. Programs that are no browser send no `Origin`, and are let through. */
  origins?: string[] | undefined;
  /** Networks in CIDR notation, IPv4 and IPv6, that its keys may be used from. */
  sources?: string[] | undefined;
}
