import { pipeline } from 'node:stream/promises';
import * as contentDisposition from 'content-disposition';
import { z } from 'zod';
import { answerConditions } from '../http/conditions.ts';
import { selectRange } from '../http/ranges.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { reprDigest } from './digest.ts';
import { isInert } from './inert-types.ts';
import type { UploadRecord } from './upload-catalogue.ts';
import type { UploadRouteDeps } from './upload-routes.ts';
import { uploadId } from './upload-schemas.ts';

function contentHeaders(upload: UploadRecord, download: boolean): Record<string, string> {
  const type = download || !isInert(upload.contentType) ? 'attachment' : 'inline';
  return {
    'Content-Type': upload.contentType,
    'Content-Disposition': contentDisposition.create(upload.name, { type }),
    'Accept-Ranges': 'bytes',
    ETag: `"${upload.sha256}"`,
    'Last-Modified': new Date(upload.createdAt).toUTCString(),
    'Repr-Digest': reprDigest(upload.sha256),
    'Cache-Control': 'private, max-age=0, must-revalidate',
    // What a visitor sent must never act with the rights of this origin, even if someone opens it here.
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'X-Content-Type-Options': 'nosniff',
    // The signed link is the permission, so pages of other origins may show the picture.
    'Cross-Origin-Resource-Policy': 'cross-origin',
  };
}

/** `GET /v1/uploads/{id}/content`: the bytes, or a range of them. */
export function getUploadContentRoute({ uploads }: UploadRouteDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/uploads/{id}/content',
    operationId: 'getUploadContent',
    summary: 'The bytes of an upload',
    description:
      'Answers to `Range` (one range), `If-Range`, `If-None-Match`, `If-Modified-Since` and `If-Match`. Types that ' +
      'can run script are always attachments.',
    tag: 'uploads',
    access: { scope: 'uploads:read', orSignedLink: true },
    params: z.object({ id: uploadId }),
    missing: 'upload_not_found',
    query: z.object({
      download: z.enum(['0', '1']).optional().meta({ description: '1 for an attachment.' }),
    }),
    responses: {
      200: { description: 'All of it.', content: { '*/*': undefined } },
      206: { description: 'The range.', content: { '*/*': undefined } },
      304: { description: 'The client has it already.' },
    },
    problems: ['upload_not_found', 'precondition_failed', 'range_not_satisfiable', 'store_unavailable'],
    async handle({ req, res, params, query, log }) {
      const upload = await uploads.get(params.id);
      res.set(contentHeaders(upload, query.download === '1'));
      if (answerConditions(req, res) === 'not_modified') {
        res.status(304).end();
        return undefined;
      }
      const range = selectRange(req, res, upload.size);
      const length = range ? range.end - range.start + 1 : upload.size;
      res.status(range ? 206 : 200).set('Content-Length', String(length));
      if (range) res.set('Content-Range', `bytes ${range.start}-${range.end}/${upload.size}`);
      if (req.method === 'HEAD') {
        res.end();
        return undefined;
      }
      const bytes = await uploads.open(upload, range);
      await pipeline(bytes, res).catch((error: unknown) => {
        if (!res.destroyed || !req.destroyed)
          log.warn({ err: error, uploadId: upload.id }, 'content broke off');
      });
      return undefined;
    },
  });
}
