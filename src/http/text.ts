import { z } from 'zod';

/** Controls other than tab and line breaks, and the mark of bytes that could not be read. */
const unwelcome = /[[\p{Cc}\uFFFD]--[\t\n\r]]/v;

const readable = (text: string) => text.isWellFormed() && !unwelcome.test(text);
const problem = 'has control characters, or characters that could not be read';

/**
 * Text of so many characters. They are counted as JSON Schema does, in code points: an emoji is one, though
 * JavaScript's `length` says two.
 */
function ofLength(min: number, max: number) {
  return z
    .string()
    .refine((text) => text.length >= min, { error: `expected at least ${min} character(s)`, abort: true })
    .refine((text) => text.length <= max || [...text].length <= max, `expected at most ${max} characters`)
    .meta({ minLength: min, maxLength: max });
}

/** Text that a person wrote: without controls, its line breaks as `\n` (forms send `\r\n`), trimmed. */
export function prose(min: number, max: number) {
  return z
    .string()
    .refine(readable, problem)
    .transform((text) => text.replaceAll(/\r\n?/g, '\n').trim())
    .pipe(ofLength(min, max))
    .meta({ minLength: min, maxLength: max });
}

/** The same for one line, unchanged. */
export function fixedText(min: number, max: number) {
  return ofLength(min, max).refine(readable, problem);
}
