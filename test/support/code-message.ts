import { randomUUID } from 'node:crypto';
import type { CodeMessage } from '../../src/otp/code-sender.ts';

/** A code for an address that nobody else has. */
export function aCodeMessage(overrides: Partial<CodeMessage> = {}): CodeMessage {
  const id = randomUUID();
  return {
    id,
    to: `${id}@example.org`,
    subject: id.replaceAll('-', '').slice(0, 22),
    code: '40281937',
    lifetimeSeconds: 600,
    ...overrides,
  };
}
