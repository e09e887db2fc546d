import type { Channel } from './channel.ts';

/** A code that was sent, as the store keeps it: neither the code nor the address is in here. */
export interface SentCode {
  id: string;
  /** HMAC-SHA-256 over challenge, purpose, destination and code, lower-case hexadecimal. */
  hash: string;
  channel: Channel;
  purpose: string;
  /** Milliseconds since 1970, like all times here. */
  sentAt: number;
  expiresAt: number;
  /** Set once the code has verified the address. */
  usedAt?: number;
}

/**
 * Everything about one address: the codes that are still good, and when codes were asked for and tried. All of
 * it is one item, so that one conditional update decides about a request or a try.
 */
export interface OtpSubject {
  /** The address's keyed hash. Clients that ask for codes are subjects too, without codes and tries. */
  key: string;
  /** Counts the changes. */
  version: number;
  codes: SentCode[];
  /** Times at which codes were asked for, oldest first, for as long as a limit looks back. */
  requests: number[];
  /** Times at which codes were tried, right or wrong, oldest first. A new code does not reset them. */
  tries: number[];
  /** From when on the store may forget it. */
  expiresAt: number;
}

/**
 * Where codes live. Fails closed: a store that cannot be reached rejects with `store_unavailable`, and nothing
 * is sent or compared.
 */
export interface OtpStore {
  /** As it is now. Undefined also if it has expired. */
  get(key: string, now: number): Promise<OtpSubject | undefined>;

  /**
   * Replaces the subject if its version is still `seen` (0: there is none, or it has expired), durably: one
   * conditional put. False if somebody else has changed it.
   */
  put(subject: OtpSubject, seen: number, now: number): Promise<boolean>;

  check(): Promise<void>;
}
