import { AppError } from '../errors.ts';

/**
 * Where a plain form post continues: a path of this origin, or an address of an allowed origin, with the
 * receipt's id as `receipt` in its query. Anything else is `next_not_allowed`: a form that sends visitors
 * anywhere is an open redirect.
 */
export function nextAddress(
  next: string,
  receiptId: string,
  allowedOrigins: readonly string[],
  base: string,
): string {
  const own = new URL(base);
  if (!URL.canParse(next, base)) throw new AppError('next_not_allowed');
  const address = new URL(next, own);
  const allowed = address.origin === own.origin || allowedOrigins.includes(address.origin);
  if (!allowed || !/^https?:$/.test(address.protocol)) throw new AppError('next_not_allowed');
  address.searchParams.set('receipt', receiptId);
  return address.origin === own.origin ? `${address.pathname}${address.search}${address.hash}` : address.href;
}
