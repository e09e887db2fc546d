import type { ObjectStore } from './object-store.ts';
import type { UploadCatalogue } from './upload-catalogue.ts';

interface ReaperDeps {
  objectStore: ObjectStore;
  catalogue: UploadCatalogue;
  clock: () => Date;
}

const batch = 100;

/**
 * Removes what uploads left behind that never finished: their process died, or the store failed while they
 * were taken back. Any number of workers may reap at once, because every step may be repeated.
 * Resolves with the number of uploads removed.
 */
export async function reapUploads({ objectStore, catalogue, clock }: ReaperDeps): Promise<number> {
  const now = clock().toISOString();
  const abandoned = await catalogue.abandoned(now, batch);
  for (const { id, key } of abandoned) {
    // Condemned first, so that an upload which finishes this very moment is told that it is too late.
    await catalogue.condemn(id, now);
    await objectStore.delete(key);
    await catalogue.forget(id);
  }
  return abandoned.length;
}
