import { AppError } from '../app-error.ts';
import type { UploadRecord } from '../uploads/upload-catalogue.ts';
import type { UploadService } from '../uploads/upload-service.ts';
import type { AttachmentOwners } from './attachment-owners.ts';
import type { FeedbackRecord } from './feedback-record.ts';

/** What a sender said, and nothing of what others noted about it: no status, no suspicions, no deliveries. */
export function sentView(record: FeedbackRecord) {
  const { id, receivedAt, form, message, rating, name, email, page, fields, verified, verifiedBy } = record;
  return {
    id,
    receivedAt,
    form,
    message,
    ...(rating !== undefined && { rating }),
    ...(name !== undefined && { name }),
    ...(email !== undefined && { email }),
    ...(page !== undefined && { page }),
    fields,
    verified,
    ...(verifiedBy && { verifiedBy: verifiedBy.channel }),
  };
}

/** An attachment as its sender sees it, without the way to its bytes. */
export function attachmentView({ name, size, contentType, sha256 }: UploadRecord) {
  return { name, size, contentType, sha256 };
}

interface AttachmentDeps {
  uploads: Pick<UploadService, 'get'>;
  owners: AttachmentOwners;
}

/** The attachments that belong to the feedback and are still there, in the order of the form. */
export async function attachmentsOf(
  record: FeedbackRecord,
  { uploads, owners }: AttachmentDeps,
): Promise<UploadRecord[]> {
  const ids = await owners.claim(record.uploads, record.id);
  const found = await Promise.all(
    ids.map((id) =>
      uploads.get(id).catch((error: unknown) => {
        if (error instanceof AppError && error.code === 'upload_not_found') return undefined;
        throw error;
      }),
    ),
  );
  return found.filter((upload) => upload !== undefined);
}
