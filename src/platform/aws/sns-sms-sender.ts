import {
  CheckIfPhoneNumberIsOptedOutCommand,
  GetSMSAttributesCommand,
  type MessageAttributeValue,
  PublishCommand,
  type SNSClient,
} from '@aws-sdk/client-sns';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { smsText } from '../../otp/code-message.ts';
import type { CodeMessage, CodeSender } from '../../otp/code-sender.ts';
import { isNamed, isThrottled } from './aws-error.ts';
import { statusOf, toSendError } from './send-error.ts';
import type { SmsBudget } from './sms-budget.ts';

interface SnsSmsSenderDeps {
  /** One that never repeats a call by itself: an SMS that is sent twice costs twice. */
  sns: SNSClient;
  budget: SmsBudget;
  /** Countries (ISO 3166-1) that SMS go to. */
  countries: readonly string[];
  /** US dollars. */
  maxPrice: number;
  senderId: string | undefined;
  /** What messages call the site. */
  site: string;
  /** Host of the page where codes are typed. */
  domain: string | undefined;
  /** US dollars that an SMS may have cost. */
  spent: (usd: number) => void;
  log: { warn(obj: object, msg: string): void };
}

/**
 * Sends codes as SMS to numbers in E.164. Resolves with `country` for every number that is not, for certain, one of
 * the allowed countries; with `opted_out` if the person does not want SMS of this account; with `budget` once the
 * month's budget is used up. Rejects if AWS or the ledger cannot be reached, without the number in the error.
 *
 * MaxPrice is for the whole message, all of its parts ("Publishing to a mobile phone" in the SNS guide): SNS sends
 * nothing if the parts together would cost more.
 */
export function createSnsSmsSender({
  sns,
  budget,
  countries,
  maxPrice,
  ...deps
}: SnsSmsSenderDeps): CodeSender {
  const { senderId, spent, log } = deps;
  const allowed = new Set(countries);
  const text = (StringValue: string): MessageAttributeValue => ({ DataType: 'String', StringValue });
  const attributes = {
    'AWS.SNS.SMS.SMSType': text('Transactional'),
    'AWS.SNS.SMS.MaxPrice': { DataType: 'Number', StringValue: decimal(maxPrice) },
    ...(senderId && { 'AWS.SNS.SMS.SenderID': text(senderId) }),
  };

  async function hasOptedOut(phoneNumber: string): Promise<boolean> {
    const { isOptedOut } = await sns.send(new CheckIfPhoneNumberIsOptedOutCommand({ phoneNumber }));
    return isOptedOut === true;
  }

  async function publish(message: CodeMessage): Promise<void> {
    const { MessageId } = await sns.send(
      new PublishCommand({
        PhoneNumber: message.to,
        Message: smsText(message, deps),
        MessageAttributes: attributes,
      }),
    );
    if (!MessageId) throw new Error('SNS answered without a message id');
  }

  async function sendWithinBudget(message: CodeMessage) {
    if (!allowed.has(countryOf(message.to) ?? '')) return 'country';
    if (await hasOptedOut(message.to)) return 'opted_out';
    const reservation = await budget.reserve();
    if (!reservation) return 'budget';
    try {
      await publish(message);
    } catch (error) {
      if (isRefusal(error)) {
        await reservation
          .giveBack()
          .catch((cause) =>
            log.warn({ err: cause }, 'the price of an SMS that was not sent stays set aside'),
          );
      } else {
        spent(maxPrice);
      }
      if (isNamed(error, 'OptedOutException')) return 'opted_out';
      throw error;
    }
    spent(maxPrice);
    return 'sent';
  }

  return {
    channel: 'sms',

    async send(message) {
      try {
        return await sendWithinBudget(message);
      } catch (error) {
        throw toSendError(error, message);
      }
    },

    /** Reads the account's settings for SMS, which costs nothing. SNS answers few of these calls a second. */
    async check() {
      await sns.send(new GetSMSAttributesCommand({ attributes: ['MonthlySpendLimit'] })).catch((error) => {
        if (!isThrottled(error)) throw error;
      });
    },
  };
}

/**
 * The country of a number in E.164. Countries that share a calling code are told apart, such as those of +1: some of
 * them are where the most money is made with SMS that nobody reads. Undefined for whatever is not surely a number of
 * one country.
 */
function countryOf(phoneNumber: string): string | undefined {
  const parsed = parsePhoneNumberFromString(phoneNumber);
  return parsed?.number === phoneNumber && parsed.isValid() ? parsed.country : undefined;
}

/** SNS answered that it will not send, or was never asked. Whatever has no such answer may have been sent. */
function isRefusal(error: unknown): boolean {
  const status = statusOf(error);
  return (
    (status !== undefined && status >= 400 && status < 500) || isNamed(error, 'CredentialsProviderError')
  );
}

/** SNS takes no exponents. */
const decimal = (usd: number) => usd.toFixed(5).replace(/\.?0+$/, '');
