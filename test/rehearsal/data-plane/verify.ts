import { sha256 } from '../../support/upload-client.ts';
import type { Acknowledged } from './load-acts.ts';

interface Page {
  items: { id: string }[];
  nextCursor: string | null;
}

async function storedFeedback(url: string, key: string): Promise<Set<string>> {
  const found = new Set<string>();
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const query = new URLSearchParams({ limit: '100', ...(cursor && { cursor }) });
    const answer = await fetch(`${url}/v1/feedback?${query}`, { headers: { 'X-Api-Key': key } });
    if (!answer.ok) throw new Error(`The list of feedback: ${answer.status} ${await answer.text()}`);
    const { items, nextCursor } = (await answer.json()) as Page;
    for (const { id } of items) found.add(id);
    cursor = nextCursor;
  }
  return found;
}

/** What visitors were told is kept, and is not, or not as they sent it. */
export async function findMissing(
  url: string,
  key: string,
  { feedback, uploads }: Acknowledged,
): Promise<{ feedback: string[]; uploads: string[] }> {
  const stored = await storedFeedback(url, key);
  const wrong: string[] = [];
  const left = [...uploads];
  const one = async () => {
    for (let upload = left.pop(); upload; upload = left.pop()) {
      const answer = await fetch(`${url}${upload.content}`);
      const content = new Uint8Array(await answer.arrayBuffer());
      if (!answer.ok || sha256(content) !== upload.sha256) wrong.push(`${answer.status} ${upload.self}`);
    }
  };
  await Promise.all(Array.from({ length: 8 }, one));
  return { feedback: feedback.filter((id) => !stored.has(id)), uploads: wrong };
}
