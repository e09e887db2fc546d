import express, { type Request } from 'express';
import { AppError } from '../app-error.ts';
import { announcesBody } from './drain-body.ts';

const mediaTypes = { json: ['application/json', '+json'], urlencoded: ['application/x-www-form-urlencoded'] };
/** Far deeper than anything this API takes, far shallower than what exhausts a stack. */
const maxDepth = 20;

/**
 * Reads a body of text into memory. Only UTF-8 is taken, and strictly: bytes that are not UTF-8 are an
 * error and not a replacement character. Throws `unsupported_media_type`, `too_large`, `incomplete_body`
 * or the given problem.
 */
export async function readText(
  req: Request,
  kinds: (keyof typeof mediaTypes)[],
  maxBytes: number,
): Promise<string> {
  const charset = /;\s*charset="?([\w-]+)/i.exec(req.get('content-type') ?? '')?.[1] ?? 'utf-8';
  const types = kinds.flatMap((kind) => mediaTypes[kind]);
  if (!announcesBody(req)) throw new AppError('empty_body');
  if (!req.is(types)) throw new AppError('unsupported_media_type', `It takes ${types[0]}.`);
  if (!/^utf-?8$/i.test(charset)) throw new AppError('unsupported_media_type', 'The text must be UTF-8.');
  await new Promise<void>((resolve, reject) => {
    const read = express.raw({ type: () => true, limit: maxBytes, inflate: false });
    read(req, req.res as never, (error: unknown) => (error ? reject(error) : resolve()));
  });
  const bytes = req.body as Buffer;
  if (bytes.length === 0) throw new AppError('empty_body');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new AppError(
      kinds.includes('json') ? 'invalid_json' : 'invalid_form',
      'The text is not valid UTF-8.',
      { cause },
    );
  }
}

/**
 * How deeply arrays and objects nest, counted without parsing, so that depth costs no stack. A string that
 * never ends is taken to the end of the text: looking for its end again at each quote in it would cost the
 * square of its length.
 */
function nestingDepth(json: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"?|[[\]{}]/gs)) {
    if (token === '[' || token === '{') deepest = Math.max(deepest, ++depth);
    else if (token === ']' || token === '}') depth--;
  }
  return deepest;
}

/** What V8 finds wrong, without the piece of the text that it quotes: that may be a code, and problems are logged. */
function reasonOf({ message }: Error): string | undefined {
  return message.replace(/(?:^|, )(?:\.\.\.)?".*is not valid JSON$/s, '') || undefined;
}

/** Parses one JSON object. Throws `invalid_json` for anything else, and for a member named `__proto__`. */
export function jsonObject(text: string): Record<string, unknown> {
  if (nestingDepth(text) > maxDepth)
    throw new AppError('invalid_json', `It nests more than ${maxDepth} levels.`);
  let value: unknown;
  try {
    value = JSON.parse(text, (key, member) => {
      if (key === '__proto__') throw new SyntaxError('A member is named __proto__.');
      return member;
    });
  } catch (cause) {
    throw new AppError('invalid_json', reasonOf(cause as Error));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new AppError('invalid_json', 'The body must be a JSON object.');
  }
  return value as Record<string, unknown>;
}

/**
 * The pairs of an urlencoded form, in order. Unlike URLSearchParams it refuses escapes that are not UTF-8.
 */
export function urlencodedPairs(text: string): [string, string][] {
  const decode = (part: string) => decodeURIComponent(part.replaceAll('+', ' '));
  try {
    return text
      .split('&')
      .filter(Boolean)
      .map((pair) => {
        const at = pair.indexOf('=');
        return at < 0 ? [decode(pair), ''] : [decode(pair.slice(0, at)), decode(pair.slice(at + 1))];
      });
  } catch (cause) {
    throw new AppError('invalid_form', 'A percent escape is not valid UTF-8.', { cause });
  }
}
