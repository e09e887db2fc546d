import { AppError } from '../app-error.ts';

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
  if (!URL.canParse(next, base)) throw new AppError('next_not_allowed');
  const own = new URL(base);
  const address = new URL(next, own);
  const { origin, protocol, username, password, pathname } = address;
  const allowed = origin === own.origin || allowedOrigins.includes(origin);
  // A name before the host makes people misread the host. A path that starts with two slashes is a host
  // where only the path is sent.
  const misleading = username !== '' || password !== '' || pathname.startsWith('//');
  if (!allowed || misleading || !/^https?:$/.test(protocol)) throw new AppError('next_not_allowed');
  address.searchParams.set('receipt', receiptId);
  return origin === own.origin ? `${pathname}${address.search}${address.hash}` : address.href;
}
