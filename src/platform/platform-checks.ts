import type { Platform } from './platform.ts';

/** What `/ready` asks: whether everything that a request may need is there. */
export function platformChecks({ objectStore, uploadCatalogue, feedbackStore, notifier }: Platform) {
  return {
    objectStore: objectStore.check,
    uploadCatalogue: uploadCatalogue.check,
    feedbackStore: feedbackStore.check,
    notifier: notifier.check,
  };
}
