import type { SpamCheck } from './spam-check.ts';

/** Judges feedback by what its request shows. */
export function createSpamCheck(): SpamCheck {
  return {
    async assess({ honeypot }) {
      return honeypot ? ['honeypot'] : [];
    },
  };
}
