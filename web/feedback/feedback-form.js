import { createAttachments } from './attachments.js';
import { createCounter } from './counter.js';
import { createDraft } from './draft.js';
import { createFieldErrors } from './field-errors.js';
import { unreadableFiles } from './file-checks.js';
import { addressOf, collect, setPage } from './form-data.js';
import { createFormTicket } from './form-ticket.js';
import { forgetProof, keptProof, proofField } from './kept-proof.js';
import { createOutcome } from './outcome.js';
import { createProblemReader } from './problems.js';
import { createReceipt } from './receipt.js';
import { createIdempotencyKey, send } from './send.js';
import { createSendingPanel } from './sending-panel.js';
import { createValidation } from './validation.js';
import { createFormats, createWords } from './words.js';

/** Wires the parts of the page together. From here on the script sends, not the browser. */
export function startFeedbackForm(form, template) {
  const part = (name) => document.querySelector(`[data-part="${name}"]`);
  const words = createWords(template);
  const formats = createFormats(document.documentElement.lang || navigator.language);
  const errors = createFieldErrors(form);
  const draft = createDraft(form, ['message', 'rating', 'name', 'email']);
  const counter = createCounter({ form, part, words, formats });
  const validation = createValidation({ form, words, formats, errors, counter });
  const outcome = createOutcome({ part, words });
  const sending = createSendingPanel({ part, words, formats, announce });
  const receipt = createReceipt({ form, part, words, formats, onAgain: startOver });
  const readProblem = createProblemReader({ words, errors });
  const attachments = createAttachments({ form, part, words, formats, errors, announce, onChange: changed });
  const ticket = createFormTicket({
    address: () => addressOf(form),
    form: () => form.elements.form?.value,
  });
  // One key for one content: the API answers a repeated key with the receipt of the first time.
  let idempotencyKey;

  function announce(text) {
    part('announce').textContent = text;
  }

  function changed() {
    idempotencyKey = undefined;
    part('clear-rating').hidden = !form.elements.rating?.value;
    counter.update();
    draft.save();
  }

  function startOver() {
    form.reset();
    attachments.clear();
    errors.clearAll();
    outcome.clear();
    changed();
    draft.clear();
    ticket.discard();
    form.elements.message.focus();
  }

  async function lost() {
    const unreadable = await unreadableFiles(attachments.files());
    if (unreadable.length === 0) {
      outcome.retry(words(navigator.onLine ? 'unreachable' : 'offline'));
      return;
    }
    errors.show('file', unreadable.map((name) => words('file-unreadable', { name })).join('\n'));
    errors.focusFirst();
  }

  function answered({ status, body, retryAfter }) {
    if (status === 201 && body.id) {
      draft.clear();
      forgetProof('feedback');
      receipt.show(body, form.elements.email?.value);
      return;
    }
    const problem = readProblem(status, body, attachments.files().length > 0);
    // A proof that was refused is refused again.
    if (body.code?.startsWith('proof_')) forgetProof('feedback');
    if (problem.forgetKey) {
      idempotencyKey = undefined;
      ticket.discard();
    }
    if (problem.retry) outcome.retry(problem.text, problem.reference, retryAfter);
    else outcome.refuse(problem.text, problem.reference);
    if (problem.atField) errors.focusFirst();
  }

  async function submit() {
    if (sending.active() || outcome.waiting()) return;
    errors.clearAll();
    outcome.clear();
    if (!validation.passes()) {
      errors.focusFirst();
      return;
    }
    idempotencyKey ??= createIdempotencyKey();
    const key = idempotencyKey;
    const result = await sending.during(async (onProgress, signal) => {
      const data = collect(form, attachments.files(), {
        ...(await ticket.take(key, signal)),
        ...proofField('feedback'),
      });
      if (signal.aborted) return { outcome: 'cancelled' };
      onProgress(0);
      return send({ url: addressOf(form), data, idempotencyKey: key, onProgress, signal });
    });
    if (result.outcome === 'answered') answered(result);
    else if (result.outcome === 'lost') await lost();
    else outcome.retry(words('cancelled'), undefined, 0, true);
  }

  form.noValidate = true;
  form.classList.add('enhanced');
  part('choose').hidden = false;
  setPage(form);
  draft.restore();
  // The address that was confirmed on otp.html, since a proof is good for no other one.
  if (form.elements.email) form.elements.email.value ||= keptProof('feedback')?.email ?? '';
  changed();

  form.addEventListener('focusin', ticket.prepare);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void submit();
  });
  form.addEventListener('input', (event) => {
    if (event.target === form.elements.file) return;
    if (event.target.name) errors.clear(event.target.name);
    changed();
  });
  part('clear-rating').addEventListener('click', () => {
    form.elements.rating.value = '';
    for (const star of form.elements.rating) star.checked = false;
    changed();
    form.elements.rating[0].focus();
  });
}
