import {
  GetTopicAttributesCommand,
  PublishCommand,
  type SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import { emailText } from '../../otp/code-message.ts';
import type { CodeMessage, CodeSender } from '../../otp/code-sender.ts';
import { isNamed } from './aws-error.ts';
import { toSendError } from './send-error.ts';
import { toSubject } from './sns-text.ts';

interface SnsEmailSenderDeps {
  sns: SNSClient;
  /** A topic for codes and nothing else. */
  topicArn: string;
  /** What messages call the site. */
  site: string;
  log: { warn(obj: object, msg: string): void };
}

/** The message attribute that the filter policies look at. */
const attribute = 'subject';

const notice =
  'The first time that you ask for a code at an address, Amazon Web Services (AWS) sends an e-mail there which asks ' +
  'you to confirm the subscription. No code comes before you have followed the link in it. Then ask for a new code.';

/**
 * Sends codes by e-mail through SNS alone: each address has a subscription of its own to the topic, whose filter
 * policy lets in only the messages for it. Subscribing anew changes nothing for a confirmed address, and makes AWS
 * repeat its confirmation mail for a pending one, so every message makes the same two calls: nobody can tell by them
 * whether an address is known. `sent` means that SNS has taken the message.
 *
 * By default a topic has at most 200 filter policies, and a subscription by e-mail gets at most 10 messages a second
 * ("Amazon Simple Notification Service endpoints and quotas" in the AWS General Reference).
 */
export function createSnsEmailSender({ sns, topicArn, site, log }: SnsEmailSenderDeps): CodeSender {
  /** Resolves with the error of a topic that is full. */
  async function subscribe({ to, subject }: CodeMessage): Promise<Error | undefined> {
    const command = new SubscribeCommand({
      TopicArn: topicArn,
      Protocol: 'email',
      Endpoint: to,
      Attributes: { FilterPolicy: JSON.stringify({ [attribute]: [subject] }) },
      ReturnSubscriptionArn: true,
    });
    try {
      await sns.send(command);
    } catch (error) {
      if (isOtherPolicy(error)) {
        log.warn(
          { subject },
          'an address is subscribed to the topic for codes with another filter policy: codes may not reach it, and it may get those of others; delete that subscription in SNS',
        );
      } else if (isFull(error)) {
        log.warn(
          { quota: error.name },
          'the topic for codes takes no more addresses: delete subscriptions, ask AWS for a higher quota, or set INLET_OTP_EMAIL=ses',
        );
        return error;
      } else {
        throw error;
      }
    }
    return undefined;
  }

  return {
    channel: 'email',
    notice,

    async send(message) {
      const { subject, text } = emailText(message, site);
      try {
        const full = await subscribe(message);
        const { MessageId } = await sns.send(
          new PublishCommand({
            TopicArn: topicArn,
            Subject: toSubject(subject),
            Message: text,
            MessageAttributes: { [attribute]: { DataType: 'String', StringValue: message.subject } },
          }),
        );
        // Only now, so that a topic that is full does not tell new addresses from known ones by the calls.
        if (full) throw full;
        if (!MessageId) throw new Error('SNS answered without a message id');
      } catch (error) {
        throw toSendError(error, message);
      }
      return 'sent';
    },

    /** Reads the topic's attributes, which costs nothing. */
    async check() {
      await sns.send(new GetTopicAttributesCommand({ TopicArn: topicArn }));
    },
  };
}

/** In SNS's words: "Invalid parameter: Attributes Reason: Subscription already exists with different attributes". */
function isOtherPolicy(error: unknown): boolean {
  return isNamed(error, 'InvalidParameterException') && /already exists/.test((error as Error).message);
}

function isFull(error: unknown): error is Error {
  return isNamed(error, 'FilterPolicyLimitExceededException', 'SubscriptionLimitExceededException');
}
