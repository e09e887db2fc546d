import { z } from 'zod';
import { baseUrl } from '../http/base-url.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { UploadRouteDeps } from './upload-routes.ts';
import { upload, uploadId } from './upload-schemas.ts';
import { uploadView } from './upload-view.ts';

/** `GET /v1/uploads/{id}` */
export function getUploadRoute({ uploads, links, publicUrl }: UploadRouteDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/uploads/{id}',
    operationId: 'getUpload',
    summary: 'What is known about an upload',
    tag: 'uploads',
    access: { scope: 'uploads:read', orSignedLink: true },
    params: z.object({ id: uploadId }),
    missing: 'upload_not_found',
    responses: { 200: { description: 'The upload.', content: { 'application/json': upload } } },
    problems: ['upload_not_found', 'store_unavailable'],
    async handle({ req, params }) {
      const record = await uploads.get(params.id);
      return { status: 200, body: uploadView(record, baseUrl(req, publicUrl), links) };
    },
  });
}
