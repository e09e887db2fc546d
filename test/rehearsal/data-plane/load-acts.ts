import { randomUUID } from 'node:crypto';
import { filePart, formType, multipart, textPart } from '../../support/multipart.ts';
import { pathOf, sha256, type Upload } from '../../support/upload-client.ts';
import type { LoadRecord } from './load-record.ts';
import type { Exchange, WholeAnswer } from './load-request.ts';
import type { Photo } from './photos.ts';

/** What the service said yes to, all of which must be there in the end. */
export interface Acknowledged {
  /** Ids of feedback. */
  feedback: string[];
  /** Path and hash of uploads. */
  uploads: { self: string; content: string; sha256: string }[];
}

export interface Act {
  kind: LoadRecord['kind'];
  exchange: Exchange;
  expected: number;
  /** Looks at an answer with the expected status. Throws if it is not what it should be. */
  check(answer: WholeAnswer): void;
}

function keepUpload({ body }: WholeAnswer, expected: string, acknowledged: Acknowledged): void {
  const { uploads } = JSON.parse(body.toString()) as { uploads: Upload[] };
  const [upload, ...more] = uploads;
  if (!upload || more.length > 0) throw new Error(`${uploads.length} uploads instead of one`);
  if (upload.sha256 !== expected) throw new Error('the hash of the upload differs');
  const { self, content } = upload.links;
  acknowledged.uploads.push({ self: pathOf(self), content: pathOf(content), sha256: expected });
}

const must = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('There is nothing to choose from.');
  return value;
};

/** The site whose pages call the API. */
export const origin = 'https://www.example.org';

/** The things that visitors do, with what they expect of the answer. */
export function createActs(photos: Photo[], acknowledged: Acknowledged) {
  const pick = <T>(list: readonly T[]): T => must(list[Math.floor(Math.random() * list.length)]);
  return {
    feedback(): Act {
      // Half of them rate.
      const rating = Math.random() < 0.5 ? pick([1, 2, 3, 4, 5]) : undefined;
      const message = `Feedback ${randomUUID()}`;
      const headers = { 'Content-Type': 'application/json', Accept: 'application/json' };
      return {
        kind: 'feedback',
        exchange: {
          method: 'POST',
          target: '/v1/feedback',
          headers,
          body: Buffer.from(JSON.stringify({ message, rating })),
        },
        expected: 201,
        check: ({ body }) => acknowledged.feedback.push((JSON.parse(body.toString()) as { id: string }).id),
      };
    },
    form(): Act {
      const photo = pick(photos);
      const disposition = `form-data; name="file"; filename="${photo.name}"`;
      const body = multipart([textPart('note', 'from a form'), filePart(photo.content, disposition)]);
      return {
        kind: 'form',
        exchange: { method: 'POST', target: '/v1/uploads', headers: { 'Content-Type': formType }, body },
        expected: 201,
        check: (answer) => keepUpload(answer, photo.sha256, acknowledged),
      };
    },
    slow(seconds: number): Act {
      const photo = pick(photos);
      return {
        kind: 'slow',
        exchange: {
          method: 'POST',
          target: `/v1/uploads?name=${photo.name}`,
          headers: { 'Content-Type': 'application/octet-stream' },
          body: photo.content,
          seconds,
        },
        expected: 201,
        check: (answer) => keepUpload(answer, photo.sha256, acknowledged),
      };
    },
    download(): Act {
      const upload = pick(acknowledged.uploads);
      return {
        kind: 'download',
        exchange: { method: 'GET', target: upload.content },
        expected: 200,
        check({ body }) {
          if (sha256(body) !== upload.sha256) throw new Error('the bytes differ from those sent');
        },
      };
    },
    /** What a browser asks before a page of the site may send feedback: the cheapest request there is. */
    preflight(): Act {
      const headers = { Origin: origin, 'Access-Control-Request-Method': 'POST' };
      return {
        kind: 'preflight',
        exchange: { method: 'OPTIONS', target: '/v1/feedback', headers },
        expected: 204,
        check() {},
      };
    },
    get(): Act {
      const upload = pick(acknowledged.uploads);
      return {
        kind: 'get',
        exchange: { method: 'GET', target: upload.self },
        expected: 200,
        check({ body }) {
          if ((JSON.parse(body.toString()) as Upload).sha256 !== upload.sha256)
            throw new Error('another upload came back');
        },
      };
    },
  };
}
