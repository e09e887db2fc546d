/**
 * An address that its owner knows again and somebody who looks over their shoulder does not: `a…@example.org`. The
 * mark in between keeps a line from breaking there (U+2060, word joiner).
 */
export function mask(channel, address) {
  if (channel === 'sms') {
    const digits = address.replace(/[^\d+]/g, '');
    return `${digits.slice(0, 3)}…${digits.slice(-2)}`;
  }
  const at = address.lastIndexOf('@');
  return `${[...address][0]}…\u2060${address.slice(at)}`;
}
