import type { Readable } from 'node:stream';
import { AppError } from '../app-error.ts';
import { type Page, type PageRequest, toPage } from '../page.ts';
import type { ByteRange, ObjectStore } from './object-store.ts';
import { openReception, type Reception, type ReceptionDeps } from './reception.ts';
import type { UploadCatalogue, UploadRecord } from './upload-catalogue.ts';

export interface UploadService {
  /** Takes in the files of one request. */
  receive(signal: AbortSignal): Reception;
  /** Rejects with `upload_not_found`. */
  get(id: string): Promise<UploadRecord>;
  list(page: PageRequest): Promise<Page<UploadRecord>>;
  open(upload: UploadRecord, range?: ByteRange): Promise<Readable>;
  /** Removes object and entry. Rejects with `upload_not_found`. */
  remove(id: string): Promise<void>;
}

interface UploadServiceDeps extends ReceptionDeps {
  objectStore: ObjectStore;
  catalogue: UploadCatalogue;
}

export function createUploadService(deps: UploadServiceDeps): UploadService {
  const { objectStore, catalogue, clock } = deps;

  async function get(id: string): Promise<UploadRecord> {
    const upload = await catalogue.get(id);
    if (!upload) throw new AppError('upload_not_found');
    return upload;
  }

  return {
    receive: (signal) => openReception(deps, signal),
    get,
    async list({ limit, after }) {
      const found = await catalogue.list({ limit: limit + 1, after });
      return toPage(found, limit, ({ createdAt, id }) => ({ at: createdAt, id }));
    },
    open: (upload, range) => objectStore.get(upload.key, range),
    async remove(id) {
      const { key } = await get(id);
      // Hidden first: if the store fails now, nobody sees the upload again and the reaper goes on.
      await catalogue.condemn(id, clock().toISOString());
      await objectStore.delete(key);
      await catalogue.forget(id);
    },
  };
}
