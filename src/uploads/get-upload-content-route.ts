import { z } from 'zod';
import { defineRoute, type Route } from '../http/route.ts';
import { sendContent } from '../http/send-content.ts';
import { isInert } from './inert-types.ts';
import type { UploadRouteDeps } from './upload-routes.ts';
import { uploadId } from './upload-schemas.ts';

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
    async handle(call) {
      const upload = await uploads.get(call.params.id);
      const inline = call.query.download !== '1' && isInert(upload.contentType);
      const content = { ...upload, disposition: inline ? 'inline' : 'attachment' } as const;
      return sendContent(call, content, (range) => uploads.open(upload, range));
    },
  });
}
