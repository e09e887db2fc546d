import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { defineRoute, type Route } from '../http/route.ts';
import { archiveNames } from './archive-names.ts';
import type { FeedbackRecord } from './feedback-record.ts';
import type { FeedbackRouteDeps } from './feedback-routes.ts';
import { feedbackId } from './feedback-schemas.ts';
import { said } from './said.ts';
import { type ArchiveFile, createArchive } from './sent-archive.ts';
import { attachmentsOf, attachmentView } from './sent-attachments.ts';

/** The feedback as a file that a person can read and a program too, with the names of the files beside it. */
function describe(record: FeedbackRecord, attachments: object[]): ArchiveFile {
  const text = `${JSON.stringify({ ...said(record), attachments }, undefined, 2)}\n`;
  const bytes = Buffer.from(text);
  return {
    name: 'feedback.json',
    size: bytes.length,
    createdAt: record.receivedAt,
    open: async () => Readable.from([bytes]),
  };
}

/** `GET /v1/feedback/{id}/sent/export`: a ZIP file, streamed, so that memory does not grow with what is in it. */
export function exportSentFeedbackRoute(deps: FeedbackRouteDeps): Route {
  const { feedback, uploads, speech } = deps;

  async function filesOf(record: FeedbackRecord): Promise<ArchiveFile[]> {
    const attached = await attachmentsOf(record, deps);
    const names = archiveNames(attached.map(({ name }) => name)).map((name) => `attachments/${name}`);
    const files = attached.map((upload, index) => ({
      name: names[index] ?? upload.id,
      size: upload.size,
      createdAt: upload.createdAt,
      open: () => uploads.open(upload),
    }));
    const listed = attached.map((upload, index) => ({ file: names[index], ...attachmentView(upload) }));
    const spoken = (await speech.made(record.id)).map(({ content, open }) => ({
      name: `speech${path.extname(content.name)}`,
      size: content.size,
      createdAt: content.createdAt,
      open: () => open(),
    }));
    // Last, because it is there in any case: a store that is down is then met before the answer begins.
    return [...files, ...spoken, describe(record, listed)];
  }

  return defineRoute({
    method: 'get',
    path: '/v1/feedback/{id}/sent/export',
    operationId: 'exportSentFeedback',
    summary: 'What a sender sent, as a ZIP file',
    description:
      '`feedback.json`, the attachments in the folder `attachments`, and the audio if it was made. If a file cannot be read to its ' +
      'end, the connection is cut: a file that is shorter than its `Content-Length` is not whole.',
    tag: 'feedback',
    access: { scope: 'feedback:read', orSignedLink: true },
    params: z.object({ id: feedbackId }),
    missing: 'feedback_not_found',
    responses: { 200: { description: 'The file.', content: { 'application/zip': undefined } } },
    problems: ['feedback_not_found', 'upload_not_found', 'speech_not_found', 'store_unavailable'],
    async handle({ req, res, params, log }) {
      const record = await feedback.get(params.id);
      const archive = await createArchive(await filesOf(record));
      try {
        res.attachment(`feedback-${record.id}.zip`).type('application/zip');
        res.set({ 'Cache-Control': 'no-store', 'Content-Length': String(archive.length) });
        if (req.method === 'HEAD') res.end();
        else await pipeline(archive.content, res);
      } catch (error) {
        // A client that goes away is no fault of the store.
        if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE')
          log.warn({ err: error, feedbackId: record.id }, 'export broke off');
      } finally {
        archive.close();
      }
      return undefined;
    },
  });
}
