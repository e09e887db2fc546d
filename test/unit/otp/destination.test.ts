import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AppError } from '../../../src/app-error.ts';
import { parseDestination } from '../../../src/otp/destination.ts';

describe('where a code goes', () => {
  it('takes telephone numbers as people write them, and makes E.164 of them', () => {
    const german = { channel: 'sms', address: '+4915123456789', country: 'DE' };
    for (const to of ['+4915123456789', ' +49 1512 3456789 ', '+49 (1512) 345-67-89', '+49.1512.3456789']) {
      assert.deepEqual(parseDestination('sms', to), german, to);
    }
    const american = { channel: 'sms', address: '+12025550123', country: 'US' };
    assert.deepEqual(parseDestination('sms', '+1 (202) 555-0123'), american);
  });

  it('refuses what is no telephone number with a country code', () => {
    const refused = [
      '015123456789',
      '+4915',
      '+49 1512 3456789 and more',
      'call +4915123456789',
      'tel:+4915123456789',
      '+4915123456789;ext=5',
      '+15555550100',
      '',
      '+',
      'ada@example.org',
    ];
    for (const to of refused) assert.throws(() => parseDestination('sms', to), pointsAtTo, to);
  });

  it('refuses numbers at which nobody reads a message, such as premium rate', () => {
    for (const to of ['+4930123456', '+19005551234', '+18005550199'])
      assert.throws(() => parseDestination('sms', to), pointsAtTo, to);
  });

  it('takes an e-mail address as it is, but for blanks around it', () => {
    const to = { channel: 'email', address: 'Ada.Lovelace+news@example.org' };
    assert.deepEqual(parseDestination('email', ' Ada.Lovelace+news@example.org\n'), to);
  });

  it('refuses what is no e-mail address', () => {
    const long = `${'a'.repeat(60)}@${'b.'.repeat(100)}org`;
    const refused = [
      'ada',
      'ada@',
      '@example.org',
      'ada@example.org, bob@example.org',
      `ada@example.org\r\nBcc: b`,
    ];
    for (const to of [...refused, long, '+4915123456789'])
      assert.throws(() => parseDestination('email', to), pointsAtTo, to);
  });
});

function pointsAtTo(error: unknown): boolean {
  assert.ok(error instanceof AppError);
  assert.equal(error.code, 'validation_failed');
  assert.deepEqual(
    error.errors?.map(({ pointer }) => pointer),
    ['/to'],
  );
  return true;
}
