import type { IncomingMessage } from 'node:http';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import multer from 'multer';
import { AppError } from '../app-error.ts';
import type { ProblemCode } from '../errors.ts';
import { decodeRawName } from './file-name.ts';

/** A file part, at the moment its first bytes arrive. */
export interface FormFile {
  name: string;
  declaredType: string;
  bytes: Readable;
  /** The size of the whole form, if it is known: no file in it can be larger. */
  expectedBytes: number | undefined;
}

/** The text parts of a form in the order they came. Names may repeat. */
export type FormFields = [name: string, value: string][];

/** Several parts of one name, such as ticked boxes, as one text. */
export function joinedFields(fields: FormFields): Record<string, string> {
  const texts = new Map<string, string>();
  for (const [name, value] of fields)
    texts.set(name, texts.has(name) ? `${texts.get(name)}, ${value}` : value);
  return Object.fromEntries(texts);
}

/** The most that a form with so many files of so many bytes has, with room for its boundaries and text parts. */
export function formBytes(maxFiles: number, maxFileBytes: number): number {
  return maxFiles * maxFileBytes + 1024 ** 2;
}

interface FormLimits {
  files: number;
  /** Text parts. */
  fields: number;
  /** Bytes of one text part. */
  fieldBytes: number;
}

const codes: Record<string, ProblemCode> = {
  LIMIT_PART_COUNT: 'too_many_parts',
  LIMIT_FILE_COUNT: 'too_many_parts',
  LIMIT_FIELD_COUNT: 'too_many_parts',
  LIMIT_FIELD_VALUE: 'too_large',
  LIMIT_UNEXPECTED_FILE: 'unexpected_file',
};

/** What multer and busboy report, as problems. Their messages are fit for clients. */
function toFormProblem(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof multer.MulterError) {
    const field = error.field === undefined ? '' : ` ("${error.field.slice(0, 100)}")`;
    return new AppError(codes[error.code] ?? 'invalid_form', `${error.message}${field}.`, { cause: error });
  }
  const message = error instanceof Error ? error.message : '';
  if (/Unexpected end of form|aborted|closed/i.test(message)) {
    return new AppError('incomplete_body', 'The form ended without its final boundary.', { cause: error });
  }
  return new AppError('invalid_form', message || undefined, { cause: error });
}

/** RFC 2046 section 5.1.1: one boundary of 1 to 70 characters. Two would let two readers see two forms. */
function checkBoundary(contentType: string | undefined): void {
  const boundaries = [...(contentType ?? '').matchAll(/;\s*boundary\s*=\s*("[^"]*"|[^;\s]*)/gi)];
  const length = boundaries[0]?.[1]?.replaceAll('"', '').length ?? 0;
  if (boundaries.length !== 1 || length < 1 || length > 70) {
    throw new AppError(
      'invalid_form',
      'The Content-Type must have exactly one boundary of 1 to 70 characters.',
    );
  }
}

/**
 * The request as multer may have it: with the same headers and bytes, but safe to give up. On an error
 * multer reads the request to its end before it says so; giving up this copy makes it say so at once, and
 * leaves the request itself fit to be answered.
 */
function copyOf(req: IncomingMessage): PassThrough & Pick<IncomingMessage, 'headers'> {
  const copy = Object.assign(new PassThrough(), { headers: req.headers });
  req.once('error', (error) => copy.destroy(error));
  return copy;
}

/**
 * Reads a multipart form. Every file part named `file` goes to `onFile` while it streams; the promise
 * settles after the last `onFile` has, also when the form turns out to be broken. Rejects with the first
 * problem: `invalid_form`, `incomplete_body`, `too_many_parts`, `too_large`, `unexpected_file`, or
 * whatever `onFile` rejected with.
 */
export async function readForm(
  req: IncomingMessage,
  limits: FormLimits,
  onFile: (file: FormFile) => Promise<void>,
): Promise<FormFields> {
  checkBoundary(req.headers['content-type']);
  const copy = copyOf(req);
  const fields: FormFields = [];
  const running: Promise<void>[] = [];
  const length = req.headers['content-length'];
  const expectedBytes = length === undefined ? undefined : Number(length);
  const storage: multer.StorageEngine = {
    _handleFile(_req, file, done) {
      const { originalname: name, mimetype: declaredType, stream: bytes } = file;
      const stored = onFile({ name: decodeRawName(name), declaredType, bytes, expectedBytes });
      running.push(stored);
      stored.then(() => done(null, {}), done);
    },
    // Whoever reads the form takes back all of it at once.
    _removeFile: (_req, _file, done) => done(null),
  };
  const upload = multer({
    storage,
    preservePath: true,
    defParamCharset: 'latin1',
    limits: {
      files: limits.files,
      fields: limits.fields,
      parts: limits.files + limits.fields,
      fieldSize: limits.fieldBytes,
      fieldNameSize: 200,
      headerPairs: 20,
    },
    streamHandler(_req: unknown, parser: Writable) {
      parser.on('field', (name: string, value: string) => fields.push([decodeRawName(name), value]));
      parser.on('unpipe', () => copy.readableEnded || copy.destroy());
      req.pipe(copy).pipe(parser);
    },
  } as multer.Options).array('file');

  try {
    await new Promise<void>((resolve, reject) => {
      upload(copy as never, {} as never, (error: unknown) => (error ? reject(error) : resolve()));
    });
    return fields;
  } catch (error) {
    const files = await Promise.allSettled(running);
    // Whoever refuses a file gives up its stream, and multer may report that before it hears the reason.
    const refusal = files.find((file) => file.status === 'rejected' && file.reason instanceof AppError);
    throw toFormProblem(refusal?.status === 'rejected' ? refusal.reason : error);
  } finally {
    req.unpipe(copy);
  }
}
