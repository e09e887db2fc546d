import { GetAccountCommand, type SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { emailText } from '../../otp/code-message.ts';
import type { CodeSender } from '../../otp/code-sender.ts';
import { isThrottled } from './aws-error.ts';
import { toSendError } from './send-error.ts';

interface SesEmailSenderDeps {
  ses: SESv2Client;
  /** An identity that is verified in SES, such as `Example <codes@example.org>`. */
  from: string;
  configurationSet: string | undefined;
  /** What messages call the site. */
  site: string;
}

/**
 * Sends codes by e-mail through SES, as plain text. `sent` means that SES has taken the message. Whether it arrives
 * shows later, in SES's events: an address on the account's suppression list is taken too, and bounces at once
 * ("Using the Amazon SES account-level suppression list"). Rejects whenever SES has not taken the message, without
 * the address in the error.
 */
export function createSesEmailSender({ ses, from, configurationSet, site }: SesEmailSenderDeps): CodeSender {
  const textOf = (Data: string) => ({ Data, Charset: 'UTF-8' });

  return {
    channel: 'email',

    async send(message) {
      const { subject, text } = emailText(message, site);
      const command = new SendEmailCommand({
        FromEmailAddress: from,
        Destination: { ToAddresses: [message.to] },
        Content: { Simple: { Subject: textOf(subject), Body: { Text: textOf(text) } } },
        ...(configurationSet && { ConfigurationSetName: configurationSet }),
      });
      try {
        const { MessageId } = await ses.send(command);
        if (!MessageId) throw new Error('SES answered without a message id');
      } catch (error) {
        throw toSendError(error, message);
      }
      return 'sent';
    },

    /** One call that reads and costs nothing. SES answers few of them a second, so "too many" is an answer too. */
    async check() {
      const account = await ses.send(new GetAccountCommand({})).catch((error) => {
        if (isThrottled(error)) return undefined;
        throw error;
      });
      if (account?.SendingEnabled === false) throw new Error('SES has paused sending for this account');
    },
  };
}
