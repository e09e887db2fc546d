import { AppError } from '../app-error.ts';
import type { UploadRecord } from '../uploads/upload-catalogue.ts';
import type { UploadService } from '../uploads/upload-service.ts';
import type { AttachmentOwners } from './attachment-owners.ts';
import type { FeedbackRecord } from './feedback-record.ts';

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
