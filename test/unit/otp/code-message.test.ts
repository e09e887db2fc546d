import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { codeDomain } from '../../../src/otp/code-domain.ts';
import { emailText, smsText } from '../../../src/otp/code-message.ts';

const message = { code: '012345', lifetimeSeconds: 600 };

/** The basic alphabet of 3GPP TS 23.038 as far as messages use it: one septet each. */
const gsm = /^[@A-Za-z0-9 \n.,:;#&'()+/-]*$/;

describe('an SMS with a code', () => {
  it('says what it is, and ends with the line that phones fill in from', () => {
    assert.equal(
      smsText(message, { site: 'Inlet', domain: 'inlet.example' }),
      '012345 is your code for Inlet, good for 10 minutes.\n\n@inlet.example #012345',
    );
  });

  it('has no such line without a domain', () => {
    assert.equal(smsText(message, { site: 'Inlet' }), '012345 is your code for Inlet, good for 10 minutes.');
  });

  it('is one message in the GSM alphabet, also with the longest name of a site', () => {
    const text = smsText(message, { site: 'S'.repeat(40), domain: 'd'.repeat(63) });
    assert.equal(text.length, 160);
    assert.match(text, gsm);
  });

  it('is for the host of the public address unless a setting says another', () => {
    assert.equal(codeDomain({ INLET_PUBLIC_URL: 'https://www.example.org:8443/x' }), 'www.example.org');
    const both = { INLET_PUBLIC_URL: 'https://www.example.org', INLET_OTP_DOMAIN: 'forms.example.org' };
    assert.equal(codeDomain(both), 'forms.example.org');
    assert.equal(codeDomain({}), undefined);
  });
});

describe('an e-mail with a code', () => {
  const { subject, text } = emailText({ code: '01234567', lifetimeSeconds: 600 }, 'Inlet');

  it('has the code in its text and never in its subject', () => {
    assert.equal(subject, 'Your code for Inlet');
    assert.match(text, /^ {4}01234567$/m);
  });

  it('says how long it is good, and what to do if it was not asked for', () => {
    assert.match(text, /good for 10 minutes, once/);
    assert.match(
      text,
      /If you did not ask for it, ignore this message; nobody can use it without the code\./,
    );
  });
});
