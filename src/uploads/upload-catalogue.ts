import type { PageRequest } from '../page.ts';

/** A complete upload, as the catalogue keeps it. */
export interface UploadRecord {
  id: string;
  /** Where the object store keeps the bytes. */
  key: string;
  name: string;
  /** Bytes. */
  size: number;
  /** What the bytes say. */
  contentType: string;
  /** What the client said. */
  declaredType: string;
  /** Lower-case hexadecimal. */
  sha256: string;
  /** ISO 8601, UTC. */
  createdAt: string;
  metadata: Record<string, string>;
}

/** An upload that was begun, or condemned, and whose object may have to be removed. */
export interface UnfinishedUpload {
  id: string;
  key: string;
}

/**
 * The list of uploads, which is also their journal. An upload is entered before its first byte is stored
 * and shown only once it is complete, so that what a crash leaves behind is known and can be reaped.
 */
export interface UploadCatalogue {
  /** Enters an upload that nobody sees yet. It counts as abandoned from `reapAt` (ISO 8601) on. */
  begin(upload: UnfinishedUpload, reapAt: string): Promise<void>;

  /** Shows a begun upload. False if it is no longer there or was condemned meanwhile. */
  complete(record: UploadRecord): Promise<boolean>;

  /** A complete upload, or undefined. */
  get(id: string): Promise<UploadRecord | undefined>;

  /** Complete uploads, newest first by `createdAt`, then by `id`, both descending. */
  list(page: PageRequest): Promise<UploadRecord[]>;

  /** Hides an upload, begun or complete, for good, and makes it due for reaping at once. */
  condemn(id: string, now: string): Promise<UnfinishedUpload | undefined>;

  /** Removes the entry, after its object is gone. Removing what is not there succeeds. */
  forget(id: string): Promise<void>;

  /** Up to `limit` begun or condemned uploads whose time to be reaped has come. */
  abandoned(now: string, limit: number): Promise<UnfinishedUpload[]>;

  check(): Promise<void>;
}
