import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { formType, multipart, type Part, uploadHead } from './multipart.ts';
import { type RawAnswer, rawRequest } from './raw-request.ts';
import type { Inlet } from './start-inlet.ts';

export interface Upload {
  id: string;
  name: string;
  size: number;
  contentType: string;
  declaredType: string;
  sha256: string;
  createdAt: string;
  metadata: Record<string, string>;
  links: { self: string; content: string };
}

export const sha256 = (content: Uint8Array) => createHash('sha256').update(content).digest('hex');

/** A link without its host: raw clients make up a host, which comes back in links. */
export function pathOf(link: string): string {
  const { pathname, search } = new URL(link);
  return `${pathname}${search}`;
}

/** The uploads of an answer that must be 201. */
export async function uploadsOf(answer: Response | RawAnswer): Promise<Upload[]> {
  const body = answer instanceof Response ? await answer.text() : answer.body;
  assert.equal(answer.status, 201, body);
  return (JSON.parse(body) as { uploads: Upload[] }).uploads;
}

/** The only upload of an answer that must be 201. */
export async function uploadOf(answer: Response | RawAnswer): Promise<Upload> {
  const [upload, ...more] = await uploadsOf(answer);
  assert.ok(upload && more.length === 0, 'exactly one upload');
  return upload;
}

/** The calls of uploads, as visitors' pages and scripts make them. */
export function uploadClient(inlet: Inlet) {
  const asAdmin = (target: string, { headers, ...options }: RequestInit = {}) =>
    inlet.fetch(target, { ...options, headers: { ...headers, 'X-Api-Key': inlet.key } });
  return {
    asAdmin,
    /** A body that is the file. */
    raw: (body: Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}, query = '') =>
      inlet.fetch(`/v1/uploads${query}`, { method: 'POST', body, headers }),
    form: (form: FormData) => inlet.fetch('/v1/uploads', { method: 'POST', body: form }),
    /** A form of exactly these bytes. */
    parts: (parts: Part[], options?: { end?: boolean }, headers: Record<string, string> = {}) => {
      const body = multipart(parts, options);
      const head = uploadHead({ 'Content-Type': formType, 'Content-Length': body.length, ...headers });
      return rawRequest(inlet.port, [head, body]);
    },
    remove: async (...ids: string[]) => {
      for (const id of ids) {
        const answer = await asAdmin(`/v1/uploads/${id}`, { method: 'DELETE' });
        assert.equal(answer.status, 204);
      }
    },
    content: async (id: string) =>
      new Uint8Array(await (await asAdmin(`/v1/uploads/${id}/content`)).arrayBuffer()),
  };
}
