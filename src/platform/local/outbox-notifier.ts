import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { asProblem } from '../../app-error.ts';
import type { Notification, Notifier } from '../../feedback/notifier.ts';
import { isTemporary, writeDurably } from './durable-file.ts';
import { removeLeftovers } from './leftovers.ts';

interface OutboxNotifierDeps {
  folder: string;
  clock: () => Date;
}

/** What stands above the data in a file of the outbox. The data is JSON, from the next line to the end. */
export const dataHeading = '---------------- data ----------------';

/**
 * Puts each notification into a folder as a text file that a person can read. The same id is the same file,
 * so publishing twice leaves one. Opening removes what was half written when a process died. Rejects with
 * `store_unavailable` if the file cannot be written.
 */
export async function createOutboxNotifier({ folder, clock }: OutboxNotifierDeps): Promise<Notifier> {
  const onDisk = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw asProblem(error, 'store_unavailable');
    }
  };
  await onDisk(async () => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await removeLeftovers(folder, clock(), isTemporary);
  });

  return {
    async publish(notification) {
      const messageId = fileNameOf(notification.id);
      await onDisk(() => writeDurably(path.join(folder, messageId), letterOf(notification)));
      return { messageId };
    },

    async check() {
      await onDisk(() => access(folder, constants.W_OK | constants.X_OK));
    },
  };
}

/** An id that is no plain file name, or a very long one, is told apart by its hash. */
function fileNameOf(id: string): string {
  const name = /^[\w-]{1,100}$/.test(id) ? id : createHash('sha256').update(id).digest('hex');
  return `${name}.txt`;
}

function letterOf({ id, subject, prose, data, attributes }: Notification): string {
  const headers = Object.entries({ Subject: subject, Id: id, ...attributes });
  return [
    ...headers.map(([name, value]) => `${name}: ${oneLine(String(value))}`),
    '',
    prose,
    '',
    dataHeading,
    JSON.stringify(data, null, 2),
    '',
  ].join('\n');
}

/** A line end or another control character in a header would look like the next header. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}
