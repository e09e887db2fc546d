// Runs sent.html: whoever confirms the address and has the receipt sees, exports and deletes what they sent.

import { createFormats, createWords } from './feedback/words.js';
import { startAddressCheck } from './otp/address-check.js';
import { createFindStep } from './sent/find-step.js';
import { createView } from './sent/view.js';

const card = document.querySelector('#sent');
const template = document.querySelector('#sent-words');

function start() {
  const part = (name) => document.querySelector(`[data-part="${name}"]`);
  const words = createWords(template);
  const formats = createFormats(document.documentElement.lang || navigator.language);
  const view = createView({ part, words, formats });
  const find = createFindStep({
    card,
    words,
    onFound(access, sent) {
      card.hidden = true;
      view.show(access, sent);
    },
    onProofOver(text) {
      check.restart();
      part('announce').textContent = text;
    },
  });
  const check = startAddressCheck({ card, words, purpose: 'access', onVerified: find.open });
}

if (card && template) start();
