import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { asProblem } from '../../app-error.ts';
import type { Channel } from '../../otp/channel.ts';
import { emailText, smsText } from '../../otp/code-message.ts';
import type { CodeMessage, CodeSender } from '../../otp/code-sender.ts';
import { writeDurably } from './durable-file.ts';

interface OutboxCodeSenderDeps {
  folder: string;
  channel: Channel;
  /** What messages call the site. */
  site: string;
  /** Host of the page where codes are typed. */
  domain: string | undefined;
}

/**
 * Puts each code into a folder as a text file that a person can read, as the message that a real channel would
 * send. Every address can be reached this way. Rejects with `store_unavailable` if the file cannot be written.
 */
export async function createOutboxCodeSender(deps: OutboxCodeSenderDeps): Promise<CodeSender> {
  const { folder, channel } = deps;
  const onDisk = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw asProblem(error, 'store_unavailable');
    }
  };
  await onDisk(() => mkdir(folder, { recursive: true, mode: 0o700 }));

  function letterOf(message: CodeMessage): string {
    if (channel === 'sms') return [`To: ${message.to}`, '', smsText(message, deps), ''].join('\n');
    const { subject, text } = emailText(message, deps.site);
    return [`To: ${message.to}`, `Subject: ${subject}`, '', text].join('\n');
  }

  return {
    channel,

    async send(message) {
      await onDisk(() => writeDurably(path.join(folder, codeFileName(message.id)), letterOf(message)));
      return 'sent';
    },

    async check() {
      await onDisk(() => access(folder, constants.W_OK | constants.X_OK));
    },
  };
}

/** The file of the code with this id. Ids are letters, digits and `-_.`, of which the dot would look like an ending. */
export function codeFileName(id: string): string {
  return `code-${id.replace(/[^\w-]/g, '_')}.txt`;
}
