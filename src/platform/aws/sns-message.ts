import type { MessageAttributeValue, PublishCommandInput } from '@aws-sdk/client-sns';
import type { Notification } from '../../feedback/notifier.ts';
import { firstCharacters, toSendable, toSubject } from './sns-text.ts';

type Attributes = Record<string, MessageAttributeValue>;

/** Bytes of one message, its attributes included: the limit of SNS's Publish. */
export const mostBytes = 262_144;

/** Characters of an SMS that is sent in one piece. */
const smsCharacters = 140;

/**
 * What to publish for a notification: JSON for queues, functions and HTTP endpoints, prose for e-mail, one line
 * for phones. Message and prose are shortened until everything fits; should the rest alone be too much, only
 * the id is left, by which the record can be looked up.
 */
export function toSnsMessage(topicArn: string, notification: Notification): PublishCommandInput {
  const { id, data, attributes } = notification;
  const subject = toSubject(notification.subject);
  const given = toAttributes(attributes);
  const note = `[shortened: see ${toSendable(id)} for the whole]`;
  const sms = firstCharacters(subject ?? note, smsCharacters);

  /** The message with at most `count` characters of the texts. */
  const cutTo = (count: number): string => {
    const shorten = (text: string) => {
      const kept = firstCharacters(text, count);
      return kept.length === text.length ? text : `${kept}… ${note}`;
    };
    const message = shorten(data.message);
    const shortened = message !== data.message;
    return structured(
      { ...data, message, ...(shortened && { shortened }) },
      shorten(notification.prose),
      sms,
    );
  };

  const message = longestThatFits(cutTo, Math.max(data.message.length, notification.prose.length), given);
  const fallback = structured({ id, message: note, shortened: true }, note, sms);
  const fitting = message === undefined && sizeOf(fallback, given) > mostBytes ? {} : given;

  return {
    TopicArn: topicArn,
    MessageStructure: 'json',
    Message: message ?? fallback,
    MessageAttributes: fitting,
    ...(subject !== undefined && { Subject: subject }),
    ...(topicArn.endsWith('.fifo') && {
      MessageGroupId: groupOf(notification),
      MessageDeduplicationId: id,
    }),
  };
}

/** Finds by halving, because an escaped character may take one byte or a dozen. */
function longestThatFits(cutTo: (count: number) => string, most: number, attributes: Attributes) {
  const fits = (message: string) => sizeOf(message, attributes) <= mostBytes;
  const whole = cutTo(most);
  if (fits(whole)) return whole;
  let best: string | undefined;
  // No character takes less than a byte, so more than the limit never fits.
  for (let low = 0, high = Math.min(most, mostBytes); low <= high; ) {
    const middle = (low + high) >> 1;
    const message = cutTo(middle);
    if (fits(message)) [best, low] = [message, middle + 1];
    else high = middle - 1;
  }
  return best;
}

/** As SNS counts: the body in UTF-8, and each attribute's name, type and value. */
export function sizeOf(message: string, attributes: Attributes): number {
  const texts = Object.entries(attributes).flatMap(([name, value]) => [
    name,
    value.DataType ?? '',
    value.StringValue ?? '',
  ]);
  return [message, ...texts].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}

function structured(data: Record<string, unknown>, email: string, sms: string): string {
  const json = JSON.stringify(data, (_name, value) =>
    typeof value === 'string' ? toSendable(value) : value,
  );
  return JSON.stringify({ default: json, email: toSendable(email), sms });
}

/** SNS refuses empty values. Numbers are typed, so that filter policies can compare them. */
function toAttributes(attributes: Notification['attributes']): Attributes {
  const given: Attributes = {};
  for (const [name, value] of Object.entries(attributes)) {
    const text = toSendable(String(value));
    if (text === '' || (typeof value === 'number' && !Number.isFinite(value))) continue;
    given[name] = { DataType: typeof value === 'number' ? 'Number' : 'String', StringValue: text };
  }
  return given;
}

/** Keeps the order within a form. A group id is up to 128 ASCII letters, digits and punctuation marks. */
function groupOf({ id, attributes }: Notification): string {
  const form = String(attributes.form ?? '');
  return /^[!-~]{1,128}$/.test(form) ? form : id;
}
