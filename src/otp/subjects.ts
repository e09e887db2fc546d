import { createHmac } from 'node:crypto';
import { keyFor } from '../secrets.ts';
import type { Channel } from './channel.ts';

/** Makes the keyed hash by which stores and tokens know an address, so that neither contains it. */
export type SubjectOf = (channel: Channel, address: string) => string;

/** Makes the keyed hash by which the store knows who asks for codes. */
export type ClientSubjectOf = (client: string) => string;

/**
 * The oldest secret makes the hashes: they must stay the same while secrets are rotated, because the limits of an
 * address and its one response are kept under them. Case does not tell mailboxes apart in practice, so it does
 * not make two subjects of one.
 */
export function createSubjects(secrets: readonly string[]): SubjectOf {
  const key = subjectKey(secrets);
  return (channel, address) => keyedHash(key, `${channel}\n${address.trim().normalize('NFC').toLowerCase()}`);
}

/** The same for the addresses of clients, as `clientKey` gives them. Never the name of an e-mail address's subject. */
export function createClientSubjects(secrets: readonly string[]): ClientSubjectOf {
  const key = subjectKey(secrets);
  return (client) => `client ${keyedHash(key, `client\n${client}`)}`;
}

function subjectKey(secrets: readonly string[]): Buffer {
  const oldest = secrets.at(-1);
  if (!oldest) throw new Error('A secret for addresses is needed.');
  return keyFor(oldest, 'otp subject');
}

/** 22 characters of base64url, which are 132 bits. */
function keyedHash(key: Buffer, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url').slice(0, 22);
}
