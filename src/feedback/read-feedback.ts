import type { Request } from 'express';
import { AppError } from '../app-error.ts';
import { jsonObject, readText, urlencodedPairs } from '../http/read-body.ts';
import { parseBody } from '../http/validate.ts';
import { type FormFields, joinedFields, readForm } from '../uploads/form.ts';
import type { Reception } from '../uploads/reception.ts';
import { type FeedbackInput, feedbackInput } from './feedback-schemas.ts';

const maxTextBytes = 256 * 1024;
const formLimits = { fields: 100, fieldBytes: 64 * 1024 };
const known = new Set(['message', 'name', 'email', 'page', 'form']);

export interface ReadFeedback {
  input: FeedbackInput;
  /** `_next` of a form: where the visitor wants to continue. */
  next?: string | undefined;
}

/** Members that a form can have; what the API does not know becomes one of the `fields`. */
function toInput(pairs: FormFields): { body: Record<string, unknown>; next: string | undefined } {
  const body: Record<string, unknown> = {};
  const fields: FormFields = [];
  const uploads: string[] = [];
  let next: string | undefined;
  for (const [name, value] of pairs) {
    // Browsers send inputs that were left empty; they say nothing.
    if (value === '') continue;
    if (name === '__proto__') throw new AppError('invalid_form', 'A field is named __proto__.');
    if (name === '_next') next = value;
    else if (name === 'rating') body.rating = Number(value);
    else if (name === 'uploads') uploads.push(value);
    else if (known.has(name)) body[name] = value;
    else fields.push([name, value]);
  }
  return {
    body: { ...body, fields: joinedFields(fields), ...(uploads.length > 0 && { uploads }) },
    next,
  };
}

/**
 * Reads feedback out of a JSON body, an urlencoded form or a multipart form, whose files go to
 * `attachments`. Rejects with the problem to answer with.
 */
export async function readFeedback(
  req: Request,
  attachments: Reception,
  maxFiles: number,
): Promise<ReadFeedback> {
  if (req.is('multipart/form-data')) {
    const pairs = await readForm(req, { ...formLimits, files: maxFiles }, attachments.store);
    const { body, next } = toInput(pairs);
    return { input: parseBody(feedbackInput, body), next };
  }
  if (req.is('application/x-www-form-urlencoded')) {
    const { body, next } = toInput(urlencodedPairs(await readText(req, ['urlencoded'], maxTextBytes)));
    return { input: parseBody(feedbackInput, body), next };
  }
  // Null, not false, is what Express says of a request without a body; `readText` has the problem for that.
  if (req.headers['content-type'] !== undefined && req.is(['application/json', '+json']) === false) {
    throw new AppError('unsupported_media_type', 'It takes JSON, an urlencoded form or a multipart form.');
  }
  return { input: parseBody(feedbackInput, jsonObject(await readText(req, ['json'], maxTextBytes))) };
}
