import { createFieldErrors } from '../feedback/field-errors.js';
import { clockTime, createCountdown } from './countdown.js';
import { mask } from './mask.js';

/** How long the codes are, so that half a code costs no try. */
const digits = { email: 8, sms: 6 };

/** After these, only another code helps. */
const spent = new Set(['code_expired', 'code_used', 'code_not_found']);

/** The second step: the code is typed, or another one asked for. */
export function createCodeStep(deps) {
  const { card, part, words, say, outcome, verify, resend, onVerified } = deps;
  const form = part('enter');
  const field = form.elements.code;
  const errors = createFieldErrors(form);
  const again = part('resend');
  let asked;
  let id;
  let busy = false;

  const announce = (text) => {
    part('announce').textContent = text;
  };

  const expiry = createCountdown((left) => {
    part('expiry').textContent = left > 0 ? words('expires-in', { time: clockTime(left) }) : words('expired');
    if (left === 60) announce(words('expires-soon'));
    if (left === 0) announce(words('expired'));
  });
  const cooldown = createCountdown((left) => {
    again.setAttribute('aria-disabled', String(left > 0));
    again.textContent = left > 0 ? words('resend-in', { time: clockTime(left) }) : words('resend');
    if (left === 0 && document.activeElement === again) announce(words('resend-now'));
  });

  /** Shows what the API says of a code that is on its way. */
  function take({ body, sentAt }) {
    id = body.id;
    part('api-notice').textContent = body.notice ?? '';
    part('api-notice').hidden = !body.notice;
    expiry.start(Date.parse(body.expiresAt) - sentAt);
    cooldown.start(Date.parse(body.resendAfter) - sentAt);
    field.value = '';
    errors.clearAll();
  }

  function wrong(text) {
    errors.show('code', text);
    field.focus();
    field.select();
  }

  function judged(answer) {
    if (!answer) return outcome.retry(words('unreachable'));
    const { status, body, retryAfter } = answer;
    if (status === 200) {
      close();
      return onVerified({ ...body, ...asked });
    }
    if (body.code === 'code_wrong' || body.code === 'validation_failed') return wrong(say(body));
    if (spent.has(body.code)) {
      expiry.stop();
      part('expiry').textContent = '';
      return wrong(say(body));
    }
    if (status === 429 || status >= 500) return outcome.retry(say(body), undefined, retryAfter);
    return outcome.refuse(say(body));
  }

  async function submit() {
    if (busy || outcome.waiting()) return;
    errors.clearAll();
    outcome.clear();
    const code = field.value.replace(/\D/g, '');
    if (code.length !== digits[asked.channel]) {
      wrong(words('code-incomplete', { count: digits[asked.channel] }));
      return;
    }
    busy = true;
    const answer = await verify(id, code);
    busy = false;
    judged(answer);
  }

  async function sendAgain() {
    if (busy || cooldown.running()) return;
    busy = true;
    const answer = await resend(asked);
    busy = false;
    if (answer?.status === 202) {
      take(answer);
      // A wait for tries goes on: another code brings none.
      part('sent-to').textContent = words('sent-again', { address: mask(asked.channel, asked.to) });
      announce(part('sent-to').textContent);
      field.focus();
      return;
    }
    if (answer?.retryAfter) cooldown.start(answer.retryAfter * 1000);
    errors.show('code', answer ? say(answer.body, { asking: true }) : words('unreachable'));
  }

  function close() {
    expiry.stop();
    cooldown.stop();
    form.hidden = true;
    card.querySelector('[data-part="intro"]').hidden = false;
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void submit();
  });
  field.addEventListener('input', () => errors.clearAll());
  again.addEventListener('click', () => void sendAgain());
  part('change').addEventListener('click', () => {
    close();
    deps.onChangeAddress();
  });

  return {
    /** `answer` is the API's, with status 202. */
    open(given, answer) {
      asked = given;
      outcome.clear();
      part('sent-to').textContent = words('sent', { address: mask(asked.channel, asked.to) });
      part('code-hint').textContent = words(`code-${asked.channel}`, { count: digits[asked.channel] });
      card.querySelector('[data-part="intro"]').hidden = true;
      form.hidden = false;
      take(answer);
      field.focus();
    },
    close,
  };
}
