import { createFieldErrors } from '../feedback/field-errors.js';
import { createOutcome } from '../feedback/outcome.js';
import { call } from '../otp/call.js';
import { withClockTimes } from '../otp/countdown.js';
import { createProblemWords } from '../otp/problem-words.js';

const shape = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The step after the address is confirmed: receipt and proof bring the links. A wrong receipt does not use the
 * proof up, so it can be corrected without another code.
 */
export function createFindStep({ card, words, onFound, onProofOver }) {
  const form = card.querySelector('[data-part="find"]');
  const field = form.elements.receipt;
  const announcement = card.querySelector('[data-part="announce"]');
  const errors = createFieldErrors(form);
  const say = createProblemWords(words);
  const part = (name) => (name === 'announce' ? announcement : form.querySelector(`[data-part="${name}"]`));
  const outcome = createOutcome({ part, words: withClockTimes(words) });
  let proof;
  let busy = false;

  field.value = new URLSearchParams(location.search).get('receipt') ?? '';

  function wrong(text) {
    errors.show('receipt', text);
    field.focus();
  }

  /** What there is to show, or the answer that says why not. */
  async function fetchSent(receipt) {
    const url = new URL(`/v1/feedback/${receipt}/access`, card.dataset.api || location.href);
    const opened = await call(url, { json: { proof } });
    if (opened?.status !== 200) return { failed: opened };
    const sent = await call(opened.body.links.self, { method: 'GET' });
    return sent?.status === 200 ? { access: opened.body, sent: sent.body } : { failed: sent };
  }

  function refused(answer) {
    if (!answer) return outcome.retry(words('unreachable'));
    const { status, body, retryAfter } = answer;
    if (body.code === 'feedback_not_found') return wrong(say(body));
    if (/^proof_/.test(body.code)) {
      form.hidden = true;
      return onProofOver(words('proof-over'));
    }
    if (status === 429 || status >= 500) return outcome.retry(say(body), undefined, retryAfter);
    return outcome.refuse(say(body));
  }

  async function submit() {
    if (busy || outcome.waiting()) return;
    errors.clearAll();
    outcome.clear();
    const receipt = field.value.trim().toLowerCase();
    if (!shape.test(receipt)) return wrong(words('receipt-invalid'));
    busy = true;
    const { access, sent, failed } = await fetchSent(receipt);
    busy = false;
    if (!access) return refused(failed);
    form.hidden = true;
    return onFound(access, sent);
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void submit();
  });
  field.addEventListener('input', () => errors.clearAll());

  return {
    /** With a receipt in the page's address there is nothing to ask. */
    open(verified) {
      ({ proof } = verified);
      form.hidden = false;
      card.querySelector('[data-part="intro"]').hidden = true;
      field.focus();
      if (field.value) void submit();
    },
  };
}
