import type { Request } from 'express';
import { AppError } from '../app-error.ts';
import { jsonObject, readText, urlencodedPairs } from '../http/read-body.ts';
import { parseBody } from '../http/validate.ts';
import type { Evidence } from '../spam/spam-check.ts';
import { type FormFields, joinedFields, readForm } from '../uploads/form.ts';
import type { Reception } from '../uploads/reception.ts';
import { type FeedbackInput, feedbackInput } from './feedback-schemas.ts';

const maxTextBytes = 256 * 1024;
const formLimits = { fields: 100, fieldBytes: 64 * 1024 };
const known = new Set(['message', 'name', 'email', 'page', 'form']);

export interface ReadFeedback {
  input: FeedbackInput;
  /** That the sender can read at an address. */
  proof: string | undefined;
  /** What is held against spam. */
  evidence: Evidence;
  /** `_next` of a form: where the visitor wants to continue. */
  next?: string | undefined;
}

type Body = Record<string, unknown>;

/** Members that forms name with an underscore, which no field of a person's making begins with. */
const ofForms = new Map([
  ['_proof', 'proof'],
  ['_token', 'token'],
  ['_pow', 'pow'],
]);

/** Members that a form can have; what the API does not know becomes one of the `fields`. */
function toBody(pairs: FormFields): { body: Body; next: string | undefined } {
  const body: Body = {};
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
    else if (ofForms.has(name)) body[ofForms.get(name) ?? name] = value;
    else fields.push([name, value]);
  }
  return {
    body: { ...body, fields: joinedFields(fields), ...(uploads.length > 0 && { uploads }) },
    next,
  };
}

function isObject(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Takes the field that people do not see out of a body, before anybody judges what is in it. */
function springTrap(body: Body, honeypotField: string | undefined): { rest: Body; honeypot: boolean } {
  if (honeypotField === undefined) return { rest: body, honeypot: false };
  const { [honeypotField]: trapped, ...rest } = body;
  // What is no object is left as it is, for the schema to refuse.
  const fields = isObject(rest.fields) ? rest.fields : undefined;
  const inFields = fields?.[honeypotField];
  if (fields) {
    rest.fields = Object.fromEntries(Object.entries(fields).filter(([name]) => name !== honeypotField));
  }
  return { rest, honeypot: [trapped, inFields].some((value) => value !== undefined && value !== '') };
}

/** Where the page is that the browser sent from. `null` is what a page without an origin says of itself. */
function originOf(req: Request): string | undefined {
  const { origin, referer } = req.headers;
  if (origin !== undefined) return origin;
  return referer !== undefined && URL.canParse(referer) ? new URL(referer).origin : undefined;
}

async function readBody(req: Request, attachments: Reception, maxFiles: number) {
  if (req.is('multipart/form-data')) {
    return toBody(await readForm(req, { ...formLimits, files: maxFiles }, attachments.store));
  }
  if (req.is('application/x-www-form-urlencoded')) {
    return toBody(urlencodedPairs(await readText(req, ['urlencoded'], maxTextBytes)));
  }
  // Null, not false, is what Express says of a request without a body; `readText` has the problem for that.
  if (req.headers['content-type'] !== undefined && req.is(['application/json', '+json']) === false) {
    throw new AppError('unsupported_media_type', 'It takes JSON, an urlencoded form or a multipart form.');
  }
  return { body: jsonObject(await readText(req, ['json'], maxTextBytes)), next: undefined };
}

interface ReadOptions {
  maxFiles: number;
  /** Undefined if nobody is judged: then a field of that name is one like any other. */
  honeypotField: string | undefined;
  /** The origin that the request was sent to. */
  ownOrigin: string;
}

/**
 * Reads feedback out of a JSON body, an urlencoded form or a multipart form, whose files go to
 * `attachments`. Rejects with the problem to answer with.
 */
export async function readFeedback(
  req: Request,
  attachments: Reception,
  { maxFiles, honeypotField, ownOrigin }: ReadOptions,
): Promise<ReadFeedback> {
  const { body, next } = await readBody(req, attachments, maxFiles);
  const { rest, honeypot } = springTrap(body, honeypotField);
  const { proof, token, pow, ...input } = parseBody(feedbackInput, rest);
  const isForm = req.is(['multipart/form-data', 'application/x-www-form-urlencoded']) !== false;
  const isSameOrigin = req.headers['sec-fetch-site'] === 'same-origin';
  const origin = originOf(req);
  return { input, next, proof, evidence: { honeypot, token, pow, isForm, origin, ownOrigin, isSameOrigin } };
}
