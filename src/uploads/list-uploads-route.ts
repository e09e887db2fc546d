import { baseUrl } from '../http/base-url.ts';
import { decodeCursor, pageBody, pageQuery } from '../http/cursor.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { UploadRouteDeps } from './upload-routes.ts';
import { uploadList } from './upload-schemas.ts';
import { uploadView } from './upload-view.ts';

/** `GET /v1/uploads`, newest first. */
export function listUploadsRoute({ uploads, links, publicUrl }: UploadRouteDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/uploads',
    operationId: 'listUploads',
    summary: 'List uploads, newest first',
    tag: 'uploads',
    access: { scope: 'uploads:read' },
    query: pageQuery,
    responses: { 200: { description: 'A page.', content: { 'application/json': uploadList } } },
    problems: ['invalid_cursor', 'store_unavailable'],
    async handle({ req, query }) {
      const page = await uploads.list({ limit: query.limit, after: decodeCursor(query.cursor) });
      const base = baseUrl(req, publicUrl);
      return { status: 200, body: pageBody(page, (record) => uploadView(record, base, links)) };
    },
  });
}
