import type { CodeOutcome } from '../metrics/metric-definitions.ts';
import type { Channel } from './channel.ts';

/** A code on its way to somebody. Nothing of it may be logged. */
export interface CodeMessage {
  /** Of the challenge, for the name of a file or the id of a message. */
  id: string;
  /** An e-mail address, or a telephone number in E.164. */
  to: string;
  /** The keyed hash of the address. */
  subject: string;
  code: string;
  /** Seconds that the code is good. */
  lifetimeSeconds: number;
}

/** Sends codes over one channel. */
export interface CodeSender {
  channel: Channel;
  /**
   * What everybody who asks for a code must know, whatever the address, such as that another message comes
   * first. Plain text, for visitors.
   */
  notice?: string;
  /**
   * Resolves with what became of the code: `sent` once the channel has taken it, otherwise why it was not sent.
   * Rejects if trying again may help. Takes the same path for addresses that it knows and that it does not.
   */
  send(message: CodeMessage): Promise<Exclude<CodeOutcome, 'failed'>>;

  check(): Promise<void>;
}
