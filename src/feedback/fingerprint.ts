import { createHash } from 'node:crypto';
import type { FeedbackInput } from './feedback-schemas.ts';

/**
 * What makes two requests the same: everything that was sent, files by name and content, whatever the
 * order of members and fields.
 */
export function fingerprintOf(
  input: FeedbackInput,
  files: readonly { name: string; sha256: string }[],
): string {
  const sorted = (_key: string, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  const parts = { input, files: files.map(({ name, sha256 }) => ({ name, sha256 })) };
  return createHash('sha256').update(JSON.stringify(parts, sorted)).digest('hex');
}
