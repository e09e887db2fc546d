import { z } from 'zod';
import { AppError } from '../app-error.ts';
import { baseUrl } from '../http/base-url.ts';
import { htmlPage } from '../http/html-page.ts';
import { type Call, defineRoute, type Reply, type Route } from '../http/route.ts';
import { parseBody } from '../http/validate.ts';
import { formBytes } from '../uploads/form.ts';
import type { Reception } from '../uploads/reception.ts';
import type { FeedbackRecord } from './feedback-record.ts';
import type { FeedbackRouteDeps } from './feedback-routes.ts';
import { feedbackInput, receipt } from './feedback-schemas.ts';
import { nextAddress } from './next-address.ts';
import { type ReadFeedback, readFeedback } from './read-feedback.ts';

/** As the IETF draft "The Idempotency-Key HTTP Header Field" has it; quotes around it are part of the key. */
const headers = z.object({
  'Idempotency-Key': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, '1 to 255 printable ASCII characters')
    .optional()
    .meta({ description: 'A new random value for every request; the same again when it is repeated.' }),
});

/** Scripts get JSON. A browser that posted a plain form and named no next page gets a page. */
function answer({ req, res }: Call, record: FeedbackRecord, next: string | undefined): Reply | undefined {
  const { id, receivedAt } = record;
  if (next !== undefined) return { status: 303, headers: { Location: next } };
  if (req.accepts(['application/json', 'text/html']) === 'text/html') {
    res.status(201).type('text/html');
    res.send(
      htmlPage('Thank you', `<h1>Thank you</h1><p>Your feedback has arrived.</p><p class="quiet">${id}</p>`),
    );
    return undefined;
  }
  return { status: 201, body: { id, receivedAt }, headers: { Location: `/v1/feedback/${id}` } };
}

type Read = Omit<ReadFeedback, 'next'> & { next?: (receiptId: string) => string };

/** `POST /v1/feedback`: from a script or from a plain HTML form. */
export function createFeedbackRoute(deps: FeedbackRouteDeps): Route {
  const { feedback, uploads, metrics, allowedOrigins, publicUrl, maxFiles, maxBytes, honeypotField } = deps;

  /** Reads and judges all that was sent before anything is kept, and takes back the attachments if it fails. */
  async function read({ req, trusted }: Call, attachments: Reception): Promise<Read> {
    try {
      const base = baseUrl(req, publicUrl);
      const ownOrigin = URL.canParse(base) ? new URL(base).origin : '';
      const trap = trusted ? undefined : honeypotField;
      const options = { maxFiles, honeypotField: trap, ownOrigin };
      const { next, ...read } = await readFeedback(req, attachments, options);
      if (next === undefined) return read;
      const continueAt = (id: string) => nextAddress(next, id, allowedOrigins, base);
      continueAt('');
      return { ...read, next: continueAt };
    } catch (error) {
      await attachments.abandon(attachments.files().length > 0 ? error : undefined);
      throw error;
    }
  }

  return defineRoute({
    method: 'post',
    path: '/v1/feedback',
    operationId: 'createFeedback',
    summary: 'Send feedback',
    description:
      'JSON, an urlencoded form, or a multipart form with attachments in `file`. The answer is a receipt: it is ' +
      'sent once the feedback is safe, whether or not anybody could be notified yet. In forms, unknown fields go ' +
      'to `fields`, and `_next` is the address to continue at. Suspicious feedback is kept in quarantine until a ' +
      'person releases it; a key with the scope `feedback:create` makes its sender trusted.',
    tag: 'feedback',
    access: 'public',
    trusts: 'feedback:create',
    rateLimit: 'feedback',
    maxBodyBytes: () => formBytes(maxFiles, maxBytes),
    requestContent: {
      'application/json': feedbackInput,
      'application/x-www-form-urlencoded': feedbackInput,
      'multipart/form-data': feedbackInput,
    },
    requestHeaders: headers,
    responses: {
      201: { description: 'It is kept.', content: { 'application/json': receipt, 'text/html': undefined } },
      303: { description: 'It is kept; continue at `_next`, which gets the receipt’s id as `receipt`.' },
    },
    problems: [
      'empty_body',
      'invalid_json',
      'invalid_form',
      'incomplete_body',
      'unexpected_file',
      'invalid_file_name',
      'next_not_allowed',
      'request_timeout',
      'too_large',
      'too_many_parts',
      'unsupported_media_type',
      'type_not_allowed',
      'validation_failed',
      'idempotency_mismatch',
      'proof_required',
      'proof_invalid',
      'proof_expired',
      'proof_used',
      'already_responded',
      'busy',
      'store_unavailable',
    ],
    async handle(call) {
      const { req, signal } = call;
      const attachments = uploads.receive(signal);
      try {
        const { 'Idempotency-Key': idempotencyKey } = parseBody(headers, {
          'Idempotency-Key': req.get('idempotency-key'),
        });
        const { next, evidence, ...sent } = await read(call, attachments);
        const { record } = await feedback.submit({
          ...sent,
          attachments,
          idempotencyKey,
          evidence: call.trusted ? undefined : evidence,
        });
        return answer(call, record, next?.(record.id));
      } catch (error) {
        metrics.feedback(outcomeOf(error));
        throw error;
      }
    },
  });
}

function outcomeOf(error: unknown): 'mismatch' | 'invalid' | 'store_error' {
  if (error instanceof AppError && error.code === 'idempotency_mismatch') return 'mismatch';
  return error instanceof AppError && error.status < 500 ? 'invalid' : 'store_error';
}
