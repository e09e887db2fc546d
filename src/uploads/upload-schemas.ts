import { z } from 'zod';
import { fixedText } from '../http/text.ts';

export const uploadId = z.uuid().meta({ description: 'The id of an upload.' });

/** At most 20 short texts, so that an entry stays far below the 400 KB that a table takes. */
export const metadata = z
  .record(fixedText(1, 64), fixedText(0, 1000))
  .refine((fields) => Object.keys(fields).length <= 20, 'at most 20 fields are kept')
  .meta({ description: 'The text parts of the form.' });

export const upload = z
  .object({
    id: uploadId,
    name: z.string(),
    size: z.number().int().meta({ description: 'Bytes.' }),
    contentType: z.string().meta({ description: 'What the bytes say.' }),
    declaredType: z.string().meta({ description: 'What the client said.' }),
    sha256: z.string().meta({ description: 'Lower-case hexadecimal.' }),
    createdAt: z.iso.datetime(),
    metadata,
    links: z.object({
      self: z.url().meta({ description: 'Signed, expires.' }),
      content: z.url().meta({ description: 'Signed, expires.' }),
    }),
  })
  .meta({ id: 'Upload' });

export const uploadList = z.object({ items: z.array(upload), nextCursor: z.string().nullable() });
export const createdUploads = z.object({ uploads: z.array(upload) });
