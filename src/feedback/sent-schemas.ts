import { z } from 'zod';
import { feedback } from './feedback-schemas.ts';

const link = (use: string) => z.url().meta({ description: `Signed, expires. ${use}` });

export const senderAccess = z
  .object({
    links: z.object({
      self: link('For GET: what was sent.'),
      export: link('For GET: all of it in a ZIP file.'),
      remove: link('For DELETE.'),
    }),
    expiresAt: z.iso.datetime().meta({ description: 'Until when the links are good.' }),
  })
  .meta({ id: 'SenderAccess' });

const attachment = z.object({
  name: z.string(),
  size: z.number().int().meta({ description: 'Bytes.' }),
  contentType: z.string().meta({ description: 'What the bytes say.' }),
  sha256: z.string().meta({ description: 'Lower-case hexadecimal.' }),
  links: z.object({ content: link('The bytes.') }),
});

/** Nothing of what the people behind the form made of it. */
export const sentFeedback = z
  .object({
    ...feedback.omit({ uploads: true, status: true, suspicions: true, delivery: true }).shape,
    attachments: z.array(attachment),
    links: z.object({ speech: link('The feedback as audio, if it was made.').optional() }),
  })
  .meta({ id: 'SentFeedback' });
