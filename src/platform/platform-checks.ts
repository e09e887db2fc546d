import type { Platform } from './platform.ts';

/** What `/ready` asks: whether everything that a request may need is there. */
export function platformChecks(platform: Platform): Record<string, () => Promise<void>> {
  const { objectStore, uploadCatalogue, feedbackStore, speechStore, notifier, codeSenders } = platform;
  const { email, sms } = codeSenders;
  return {
    objectStore: objectStore.check,
    uploadCatalogue: uploadCatalogue.check,
    feedbackStore: feedbackStore.check,
    speechStore: speechStore.check,
    notifier: notifier.check,
    ...(email && { emailCodes: email.check }),
    ...(sms && { smsCodes: sms.check }),
  };
}
