import { keepProof } from '../feedback/kept-proof.js';

/**
 * Gives the proof to whoever waits for it: keeps it for the feedback form in this tab, tells scripts of this page by
 * the event `inlet:verified`, and the page that opened or embeds this one by a message, if it is of the same
 * origin. A page of another origin gets nothing: anyone could embed this one and ask visitors for a code.
 */
export function handOn(card, purpose, { proof, expiresAt, channel, to }) {
  const kept = { proof, expiresAt, ...(channel === 'email' && { email: to }) };
  const detail = { proof, expiresAt };
  const isKept = keepProof(purpose, kept);
  card.dispatchEvent(new CustomEvent('inlet:verified', { bubbles: true, detail }));
  const waiting = [window.opener, window.parent].filter((other) => other && other !== window);
  for (const other of waiting) other.postMessage({ type: 'inlet:verified', ...detail }, location.origin);
  return isKept;
}
