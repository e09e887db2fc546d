import { z } from 'zod';
import { channels } from './channel.ts';

const time = z.iso.datetime();

export const codeRequest = z
  .strictObject({
    channel: z.enum(channels),
    to: z.string().min(1).max(320).meta({
      description: 'An e-mail address, or a telephone number with its country code.',
      example: 'ada@example.org',
    }),
    purpose: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,31}$/, 'expected lower-case letters, digits and hyphens, at most 32')
      .default('feedback')
      .meta({ description: 'What the proof will be good for.' }),
  })
  .meta({ id: 'CodeRequest' });

export const requestedCode = z
  .object({
    id: z.string(),
    expiresAt: time,
    resendAfter: time.meta({ description: 'From when on another code may be asked for.' }),
    notice: z
      .string()
      .optional()
      .meta({ description: 'What visitors must know, such as that another message comes first.' }),
  })
  .meta({ id: 'RequestedCode' });

/** As people type it, with blanks and hyphens. A code of any other length was never sent, so it costs no try. */
export const codeTyped = z
  .strictObject({
    code: z
      .string()
      .max(40)
      .regex(/^\s*(?:(?:\d[\s-]*){6}|(?:\d[\s-]*){8})$/, 'expected the six or eight digits of a code')
      .transform((text) => text.replace(/\D/g, ''))
      .meta({ example: '123456' }),
  })
  .meta({ id: 'CodeTyped' });

export const proofGiven = z
  .object({
    proof: z.string().meta({ description: 'Good once, for this purpose. Send it as `proof` with feedback.' }),
    expiresAt: time,
  })
  .meta({ id: 'ProofGiven' });
