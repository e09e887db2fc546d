import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { z } from 'zod';
import { AppError } from '../app-error.ts';
import type { Channel } from './channel.ts';

/** Where a code goes. */
export interface Destination {
  channel: Channel;
  /** An e-mail address as it was given, or a telephone number in E.164. */
  address: string;
  /** Of a telephone number, in two letters. Undefined for numbers that belong to no country. */
  country?: CountryCode;
}

/** The rule of `email` in feedback, so that whatever can be verified can be sent with it. */
const email = z.email().max(254);

/** Kinds of numbers where a code would only cost money: nobody reads a text message there. */
const withoutMessages = ['FIXED_LINE', 'PREMIUM_RATE', 'SHARED_COST', 'TOLL_FREE', 'UAN', 'VOICEMAIL'];

/**
 * Reads `to`. It looks at the form of the address alone, so it says nothing about who can be reached. Throws
 * `validation_failed`.
 */
export function parseDestination(channel: Channel, to: string): Destination {
  return channel === 'email' ? parseEmail(to.trim()) : parseNumber(to.trim());
}

function parseEmail(to: string): Destination {
  if (!email.safeParse(to).success) throw invalid('expected an e-mail address of at most 254 characters');
  return { channel: 'email', address: to };
}

function parseNumber(to: string): Destination {
  const number = parsePhoneNumberFromString(to, { extract: false });
  if (!to.startsWith('+') || !number?.isValid() || number.ext) {
    throw invalid('expected a telephone number with its country code, such as +49 1512 3456789');
  }
  if (withoutMessages.includes(number.getType() ?? '')) {
    throw invalid('expected the number of a mobile telephone');
  }
  const country = number.country;
  return { channel: 'sms', address: number.number, ...(country && { country }) };
}

function invalid(detail: string): AppError {
  return new AppError('validation_failed', undefined, { errors: [{ pointer: '/to', detail }] });
}
