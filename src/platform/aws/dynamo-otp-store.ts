import type { OtpStore, OtpSubject } from '../../otp/otp-store.ts';
import type { DynamoTable } from './dynamo-table.ts';

const pkOf = (key: string) => `otp#${key}`;

/**
 * Codes in DynamoDB, one item an address. A put that the SDK repeats because its answer was lost looks as if
 * somebody else had been first: a try may then count twice, or a code be used up for nothing. Never the reverse.
 */
export function createDynamoOtpStore(table: DynamoTable): OtpStore {
  return {
    async get(key, now) {
      const subject = (await table.get(pkOf(key)))?.subject as OtpSubject | undefined;
      return subject && subject.expiresAt > now ? subject : undefined;
    },

    async put(subject, seen, now) {
      const { key, version, expiresAt } = subject;
      const item = {
        pk: pkOf(key),
        subject,
        version,
        // TTL deletion takes days, so the condition looks at the time itself.
        until: expiresAt,
        expiresAt: Math.ceil(expiresAt / 1000),
      };
      return seen === 0
        ? table.put(item, 'attribute_not_exists(#pk) OR #until <= :now', { ':now': now })
        : table.put(item, '#version = :seen', { ':seen': seen });
    },

    async check() {
      await table.get(pkOf('check'));
    },
  };
}
