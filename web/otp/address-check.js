import { createFieldErrors } from '../feedback/field-errors.js';
import { createOutcome } from '../feedback/outcome.js';
import { call } from './call.js';
import { createChannels } from './channels.js';
import { createCodeStep } from './code-step.js';
import { withClockTimes } from './countdown.js';
import { createProblemWords } from './problem-words.js';

/** What a mailbox or telephone number looks like at least. The API looks closer. */
const shapes = { email: /^[^\s@]+@[^\s@]+$/, sms: /^\+?[\d\s()/.-]{6,25}$/ };

/**
 * Lets a visitor confirm an address: asks for it, has a code sent, takes the code. `card` has the forms `request`
 * and `enter` as parts. Calls `onVerified({proof, expiresAt, channel, to})`.
 */
export function startAddressCheck({ card, words, purpose, onVerified }) {
  const part = (name) => card.querySelector(`[data-part="${name}"]`);
  const form = part('request');
  const errors = createFieldErrors(form);
  const channels = createChannels(card);
  const say = createProblemWords(words);
  const inForm = (step) => (name) =>
    name === 'announce' ? part('announce') : step.querySelector(`[data-part="${name}"]`);
  const waitWords = withClockTimes(words);
  const outcome = createOutcome({ part: inForm(form), words: waitWords });
  const url = (path) => new URL(path, card.dataset.api || location.href).href;
  let busy = false;

  const codeStep = createCodeStep({
    card,
    part,
    words,
    say,
    outcome: createOutcome({ part: inForm(part('enter')), words: waitWords }),
    verify: (id, code) => call(url(`/v1/otp/${id}/verify`), { json: { code } }),
    resend: (asked) => ask(asked),
    onVerified,
    onChangeAddress() {
      form.hidden = false;
      outcome.clear();
      channels.input().focus();
    },
  });

  function ask({ channel, to }) {
    return call(url('/v1/otp'), { json: { channel, to, purpose } });
  }

  function unavailable(channel) {
    if (channels.remove(channel)) {
      outcome.refuse(words(`unavailable-${channel}`));
      channels.input().focus();
      return;
    }
    outcome.refuse(words('unavailable'));
    for (const element of form.querySelectorAll('.field, .actions')) element.hidden = true;
  }

  function answered(answer, asked) {
    if (!answer) return outcome.retry(words('unreachable'));
    const { status, body, retryAfter } = answer;
    if (status === 202) {
      form.hidden = true;
      codeStep.open(asked, answer);
    } else if (body.code === 'channel_unavailable') unavailable(asked.channel);
    else if (body.code === 'validation_failed') {
      errors.show(asked.channel, words(`${asked.channel}-invalid`));
      errors.focusFirst();
    } else if (status === 429 || status >= 500) {
      outcome.retry(say(body, { asking: true }), undefined, retryAfter);
    } else outcome.refuse(say(body));
  }

  async function submit() {
    if (busy || outcome.waiting()) return;
    const asked = { channel: channels.chosen(), to: channels.input().value.trim() };
    errors.clearAll();
    outcome.clear();
    if (!shapes[asked.channel].test(asked.to)) {
      errors.show(asked.channel, words(`${asked.channel}-invalid`));
      errors.focusFirst();
      return;
    }
    busy = true;
    const answer = await ask(asked);
    busy = false;
    answered(answer, asked);
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void submit();
  });
  // Another address has limits of its own.
  form.addEventListener('input', () => {
    errors.clearAll();
    outcome.clear();
  });
  form.hidden = false;

  return {
    /** Begins anew, with the address that was entered. */
    restart() {
      codeStep.close();
      form.hidden = false;
      channels.input().focus();
    },
  };
}
