import { createHmac } from 'node:crypto';
import { keyFor } from '../secrets.ts';
import type { Channel } from './channel.ts';

/** Makes the keyed hash by which stores and tokens know an address, so that neither contains it. */
export type SubjectOf = (channel: Channel, address: string) => string;

/**
 * The oldest secret makes the hashes: they must stay the same while secrets are rotated, because the limits of an
 * address and its one response are kept under them. Case does not tell mailboxes apart in practice, so it does
 * not make two subjects of one.
 */
export function createSubjects(secrets: readonly string[]): SubjectOf {
  const oldest = secrets.at(-1);
  if (!oldest) throw new Error('A secret for addresses is needed.');
  const key = keyFor(oldest, 'otp subject');
  return (channel, address) =>
    createHmac('sha256', key)
      .update(`${channel}\n${address.trim().normalize('NFC').toLowerCase()}`)
      .digest('base64url')
      .slice(0, 22);
}
