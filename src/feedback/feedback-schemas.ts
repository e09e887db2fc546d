import { z } from 'zod';
import { fixedText, prose } from '../http/text.ts';
import { suspicions } from '../metrics/metric-definitions.ts';
import { channels } from '../otp/channel.ts';
import { feedbackStatuses } from './feedback-record.ts';

export const feedbackId = z.uuid().meta({ description: 'The id of the feedback, as on its receipt.' });
export const status = z.enum(feedbackStatuses);
/** Quarantine is not a status that somebody sets. */
export const settableStatus = z.enum(feedbackStatuses).exclude(['quarantined']);
const rating = z.number().int().min(1).max(5);
export const formName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,63}$/i, 'letters, digits, "-" and "_", at most 64');

/** What a visitor sends. The sizes keep the whole record far below the 400 KB that a table's item takes. */
export const feedbackInput = z
  .strictObject({
    message: prose(1, 10_000),
    rating: rating.optional(),
    name: fixedText(1, 200).optional(),
    email: z.email().max(254).optional(),
    page: z
      .url({ protocol: /^https?$/ })
      .max(2048)
      .optional()
      .meta({ description: 'Where the visitor was.' }),
    form: formName.default('feedback'),
    fields: z
      .record(fixedText(1, 64), prose(0, 1000))
      .default({})
      .refine((fields) => Object.keys(fields).length <= 20, 'at most 20 fields are kept')
      .meta({ description: 'Anything else that the form asks for.' }),
    uploads: z.array(z.uuid()).max(10).default([]).meta({ description: 'Ids of uploads to attach.' }),
    proof: z
      .string()
      .max(2048)
      .optional()
      .meta({ description: 'That the sender can read at an address; in forms `_proof`.' }),
    token: z
      .string()
      .max(2048)
      .optional()
      .meta({ description: 'The form token of `GET /v1/feedback/form`; in forms `_token`.' }),
    pow: z
      .string()
      .max(4096)
      .optional()
      .meta({ description: 'The solved proof of work of the form token; in forms `_pow`.' }),
  })
  .meta({ id: 'FeedbackInput' });
/** What is kept of it. */
export type FeedbackInput = Omit<z.output<typeof feedbackInput>, 'proof' | 'token' | 'pow'>;

export const receipt = z.object({ id: feedbackId, receivedAt: z.iso.datetime() }).meta({ id: 'Receipt' });

const attempt = z.object({
  at: z.iso.datetime(),
  outcome: z.enum(['delivered', 'failed']),
  detail: z.string(),
});

export const feedback = z
  .object({
    id: feedbackId,
    receivedAt: z.iso.datetime(),
    form: z.string(),
    message: z.string(),
    rating: z.number().int().optional(),
    name: z.string().optional(),
    email: z.string().optional(),
    page: z.string().optional(),
    fields: z.record(z.string(), z.string()),
    uploads: z.array(z.string()).meta({ description: 'Ids of the attached uploads.' }),
    status,
    verified: z.boolean().meta({ description: 'Whether the sender has proved the address.' }),
    verifiedBy: z.enum(channels).optional().meta({ description: 'Over which channel.' }),
    suspicions: z.array(z.enum(suspicions)).meta({ description: 'Why it was quarantined.' }),
    delivery: z.object({
      state: z
        .enum(['due', 'delivered', 'dead', 'held'])
        .meta({ description: '`held`: in quarantine, nobody has been notified.' }),
      dueAt: z.iso.datetime().optional(),
      tries: z.number().int(),
      attempts: z.array(attempt).meta({ description: 'The newest tries, oldest first.' }),
    }),
  })
  .meta({ id: 'Feedback' });

export const feedbackFilter = z.object({
  form: z.string().max(64).optional(),
  rating: z.coerce.number().pipe(rating).optional(),
  status: status.optional(),
  q: z.string().min(1).max(200).optional().meta({ description: 'Text to find, in any case.' }),
  from: z.iso.datetime({ offset: true }).optional().meta({ description: 'Received at or after.' }),
  to: z.iso.datetime({ offset: true }).optional().meta({ description: 'Received before.' }),
});

/** Times in UTC with milliseconds, as records have them, so that they compare as text. */
export function toStoreFilter(filter: z.output<typeof feedbackFilter>) {
  const utc = (time: string | undefined) => (time === undefined ? undefined : new Date(time).toISOString());
  return { ...filter, from: utc(filter.from), to: utc(filter.to) };
}
