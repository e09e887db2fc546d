import { z } from 'zod';

/** Controls other than tab and line breaks, and the mark of bytes that could not be read. */
const unwelcome = /[[\p{Cc}\uFFFD]--[\t\n\r]]/v;

const readable = (text: string) => text.isWellFormed() && !unwelcome.test(text);
const problem = 'has control characters, or characters that could not be read';

/**
 * Text that a person wrote: without controls, its line breaks as `\n` (forms send `\r\n`), trimmed.
 * Lengths are counted in characters as JavaScript does, in UTF-16 code units.
 */
export function prose(min: number, max: number) {
  return z
    .string()
    .max(max * 2)
    .refine(readable, problem)
    .transform((text) => text.replaceAll(/\r\n?/g, '\n').trim())
    .pipe(z.string().min(min).max(max));
}

/** The same for one line, unchanged. */
export function fixedText(min: number, max: number) {
  return z.string().min(min).max(max).refine(readable, problem);
}
