import assert from 'node:assert/strict';
import type { FeedbackRecord } from '../../src/feedback/feedback-record.ts';
import type { Inlet } from './start-inlet.ts';

export type ShownFeedback = Omit<FeedbackRecord, 'fingerprint'>;
export interface Receipt {
  id: string;
  receivedAt: string;
}
type Headers = Record<string, string>;

const json = { 'Content-Type': 'application/json' };

/** The calls of feedback, as a visitor's page and an administrator make them. */
export function feedbackClient(inlet: Pick<Inlet, 'fetch' | 'key'>) {
  const post = (body: RequestInit['body'], headers: Headers = {}) =>
    inlet.fetch('/v1/feedback', { method: 'POST', body: body ?? null, headers, redirect: 'manual' });
  const asAdmin = (target: string, { headers, ...options }: RequestInit = {}) =>
    inlet.fetch(target, { ...options, headers: { ...headers, 'X-Api-Key': inlet.key } });

  async function list(query: Record<string, string> = {}) {
    const answer = await asAdmin(`/v1/feedback?${new URLSearchParams(query)}`);
    assert.equal(answer.status, 200, await answer.clone().text());
    return (await answer.json()) as { items: ShownFeedback[]; nextCursor: string | null };
  }

  return {
    post,
    asAdmin,
    list,
    sendJson: (body: unknown, headers: Headers = {}) => post(JSON.stringify(body), { ...json, ...headers }),
    sendForm: (pairs: [string, string][], headers: Headers = {}) => post(new URLSearchParams(pairs), headers),
    patch: (id: string, body: unknown) =>
      asAdmin(`/v1/feedback/${id}`, { method: 'PATCH', headers: json, body: JSON.stringify(body) }),
    remove: (id: string) => asAdmin(`/v1/feedback/${id}`, { method: 'DELETE' }),
    notify: (id: string) => asAdmin(`/v1/feedback/${id}/notify`, { method: 'POST' }),

    async get(id: string): Promise<ShownFeedback> {
      const answer = await asAdmin(`/v1/feedback/${id}`);
      assert.equal(answer.status, 200, await answer.clone().text());
      return (await answer.json()) as ShownFeedback;
    },

    /** Every record that passes the filter, page by page. */
    async all(query: Record<string, string> = {}): Promise<ShownFeedback[]> {
      const found: ShownFeedback[] = [];
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const page = await list({ limit: '100', ...query, ...(cursor && { cursor }) });
        found.push(...page.items);
        cursor = page.nextCursor;
      }
      return found;
    },
  };
}

/** The answer is a receipt and nothing else. */
export async function receiptOf(answer: Response): Promise<Receipt> {
  assert.equal(answer.status, 201, await answer.clone().text());
  assert.match(answer.headers.get('content-type') ?? '', /^application\/json\b/);
  const receipt = (await answer.json()) as Receipt;
  assert.deepEqual(Object.keys(receipt), ['id', 'receivedAt']);
  return receipt;
}

/** A multipart form of texts and files, as a browser sends it. */
export function formData(
  texts: [string, string][],
  files: [name: string, content: string | Uint8Array<ArrayBuffer>][] = [],
): FormData {
  const form = new FormData();
  for (const [name, value] of texts) form.append(name, value);
  for (const [name, content] of files) form.append('file', new Blob([content]), name);
  return form;
}
