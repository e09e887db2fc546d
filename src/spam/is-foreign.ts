import type { Evidence } from './spam-check.ts';

/**
 * Whether a page that is not known here posted a form. Browsers send a plain form to any address without asking
 * that address first (Fetch Standard, "CORS-safelisted request-header"), and name the page's origin; JSON they ask
 * for, and are refused by CORS. Programs name no origin, and are found out by other means.
 *
 * `Sec-Fetch-Site: same-origin` (W3C Fetch Metadata) is believed before the origin: pages cannot set it, and it
 * tells our own page, whose `Referrer-Policy: no-referrer` makes the origin `null`, from a page in a sandbox.
 */
export function isForeign(
  { isForm, origin, ownOrigin, isSameOrigin }: Evidence,
  allowedOrigins: readonly string[],
): boolean {
  if (!isForm || origin === undefined || isSameOrigin) return false;
  return origin !== ownOrigin && !allowedOrigins.includes('*') && !allowedOrigins.includes(origin);
}
