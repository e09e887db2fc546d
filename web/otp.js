// Runs otp.html: a code is sent to an address, and typing it brings the proof that the address can be read.

import { createFormats, createWords } from './feedback/words.js';
import { startAddressCheck } from './otp/address-check.js';
import { handOn } from './otp/hand-on.js';
import { mask } from './otp/mask.js';

const card = document.querySelector('#otp');
const template = document.querySelector('#otp-words');

function start() {
  const part = (name) => document.querySelector(`[data-part="${name}"]`);
  const words = createWords(template);
  const formats = createFormats(document.documentElement.lang || navigator.language);
  const purpose = card.dataset.purpose || 'feedback';

  const check = startAddressCheck({
    card,
    words,
    purpose,
    onVerified(verified) {
      const isKept = handOn(card, purpose, verified);
      const { channel, to, expiresAt } = verified;
      part('verified-address').textContent = mask(channel, to);
      part('verified-until').textContent = formats.time(new Date(expiresAt));
      part('continue').hidden = !isKept || !part('continue').getAttribute('href');
      card.hidden = true;
      part('verified').hidden = false;
      part('verified-title').focus();
    },
  });

  part('another').addEventListener('click', () => {
    part('verified').hidden = true;
    card.hidden = false;
    check.restart();
  });
}

if (card && template) start();
