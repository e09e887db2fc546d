import * as contentDisposition from 'content-disposition';
import type { Request } from 'express';
import { z } from 'zod';
import { AppError } from '../app-error.ts';
import { baseUrl } from '../http/base-url.ts';
import { announcesBody } from '../http/drain-body.ts';
import { type Call, defineRoute, type Route } from '../http/route.ts';
import { parseBody } from '../http/validate.ts';
import { declaredSha256 } from './digest.ts';
import { decodeRawName } from './file-name.ts';
import { formBytes, joinedFields, readForm } from './form.ts';
import type { Reception } from './reception.ts';
import type { UploadRouteDeps } from './upload-routes.ts';
import { createdUploads, metadata } from './upload-schemas.ts';
import { uploadView } from './upload-view.ts';

const query = z.object({
  name: z.string().max(1000).optional().meta({ description: 'File name of a raw body.' }),
});
type UploadCall = Call<unknown, z.output<typeof query>>;

function isForm(req: Request): boolean {
  return req.is('multipart/*') !== false;
}

async function receiveForm({ req }: UploadCall, reception: Reception, maxFiles: number) {
  let files = 0;
  const fields = await readForm(req, { files: maxFiles, fields: 50, fieldBytes: 16 * 1024 }, async (file) => {
    files++;
    await reception.store(file);
  });
  if (files === 0) throw new AppError('file_missing');
  return parseBody(metadata, joinedFields(fields));
}

function nameInHeader(header: string | undefined): string | undefined {
  const name = header && contentDisposition.parse(header).parameters.filename;
  return name === undefined ? undefined : decodeRawName(name);
}

async function receiveRaw({ req, query }: UploadCall, reception: Reception) {
  const length = req.get('content-length');
  await reception.store({
    name: query.name ?? nameInHeader(req.get('content-disposition')),
    declaredType: req.get('content-type') ?? 'application/octet-stream',
    // Giving up this iterator must not close the connection: there is an answer to send on it.
    bytes: req.iterator({ destroyOnReturn: false }),
    expectedBytes: length === undefined ? undefined : Number(length),
    expectedSha256: declaredSha256(req.get('content-digest') ?? req.get('repr-digest')),
  });
  return {};
}

/** `POST /v1/uploads`: a form with files, or any other body as one file. All of it or nothing. */
export function createUploadRoute({ uploads, links, publicUrl, maxBytes, maxFiles }: UploadRouteDeps): Route {
  return defineRoute({
    method: 'post',
    path: '/v1/uploads',
    operationId: 'createUpload',
    summary: 'Upload files',
    description:
      'Send `multipart/form-data` with one or more file parts named `file`; its text parts become `metadata`. ' +
      'Or send the bytes of one file as the body, whatever its content type, named by `Content-Disposition` or ' +
      '`name`. Either all files are kept or none. The type of a file is what its bytes say.',
    tag: 'uploads',
    access: 'public',
    rateLimit: 'uploads',
    maxBodyBytes: (req) => (isForm(req) ? formBytes(maxFiles, maxBytes) : maxBytes),
    query,
    requestContent: { 'multipart/form-data': undefined, 'application/octet-stream': undefined },
    requestHeaders: z.object({
      'Content-Disposition': z.string().optional().meta({ description: '`attachment; filename="…"`' }),
      'Content-Digest': z.string().optional().meta({ description: '`sha-256=:…:`, verified (RFC 9530).' }),
    }),
    responses: {
      201: { description: 'Every file is stored.', content: { 'application/json': createdUploads } },
    },
    problems: [
      'empty_body',
      'file_missing',
      'unexpected_file',
      'invalid_form',
      'incomplete_body',
      'invalid_file_name',
      'invalid_digest',
      'digest_mismatch',
      'too_large',
      'too_many_parts',
      'type_not_allowed',
      'request_timeout',
      'validation_failed',
      'busy',
      'store_unavailable',
    ],
    async handle(call) {
      const { req, signal } = call;
      const reception = uploads.receive(signal);
      try {
        if (!announcesBody(req)) throw new AppError('empty_body');
        const texts = isForm(req)
          ? await receiveForm(call, reception, maxFiles)
          : await receiveRaw(call, reception);
        const records = await reception.complete(texts);
        const base = baseUrl(req, publicUrl);
        const views = records.map((record) => uploadView(record, base, links));
        return {
          status: 201,
          body: { uploads: views },
          headers: { Location: `/v1/uploads/${records[0]?.id}` },
        };
      } catch (error) {
        await reception.abandon(error);
        throw error;
      }
    },
  });
}
