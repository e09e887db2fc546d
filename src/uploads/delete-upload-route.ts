import { z } from 'zod';
import { defineRoute, type Route } from '../http/route.ts';
import type { UploadRouteDeps } from './upload-routes.ts';
import { uploadId } from './upload-schemas.ts';

/** `DELETE /v1/uploads/{id}` */
export function deleteUploadRoute({ uploads }: UploadRouteDeps): Route {
  return defineRoute({
    method: 'delete',
    path: '/v1/uploads/{id}',
    operationId: 'deleteUpload',
    summary: 'Delete an upload',
    description: 'Removes the bytes and the entry. Links to it stop working.',
    tag: 'uploads',
    access: { scope: 'uploads:write' },
    params: z.object({ id: uploadId }),
    missing: 'upload_not_found',
    responses: { 204: { description: 'It is gone.' } },
    problems: ['upload_not_found', 'store_unavailable'],
    async handle({ params }) {
      await uploads.remove(params.id);
      return { status: 204 };
    },
  });
}
