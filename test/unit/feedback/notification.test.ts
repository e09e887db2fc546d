import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toNotification } from '../../../src/feedback/notification.ts';
import { aFeedback } from '../../support/records.ts';

const full = aFeedback({
  form: 'contact',
  message: 'First line\nsecond line 🙂',
  rating: 4,
  name: 'Ünal',
  email: 'uenal@example.org',
  page: 'https://www.example.org/contact',
  fields: { city: 'Łódź' },
  uploads: ['u1', 'u2'],
});

describe('the notification of feedback', () => {
  const linkTo = (id: string) => `https://inlet.example/${id}`;

  it('tells people everything that was said', () => {
    const { subject, prose } = toNotification(full, linkTo);
    assert.equal(subject, '[contact] 4/5 Ünal: First line second line 🙂');
    assert.ok(prose.startsWith('First line\nsecond line 🙂\n\n-- \n'));
    for (const fact of [
      '★★★★☆ (4 of 5)',
      'Ünal <uenal@example.org>',
      'https://www.example.org/contact',
      'city: Łódź',
      'https://inlet.example/u1',
      'https://inlet.example/u2',
      full.receivedAt,
      full.id,
    ]) {
      assert.ok(prose.includes(fact), fact);
    }
  });

  it('tells machines the same, but nothing of the store’s own', () => {
    const { id, data } = toNotification(full, linkTo);
    assert.equal(id, full.id);
    assert.deepEqual(data, {
      type: 'feedback',
      id: full.id,
      receivedAt: full.receivedAt,
      form: 'contact',
      message: full.message,
      rating: 4,
      name: 'Ünal',
      email: 'uenal@example.org',
      page: 'https://www.example.org/contact',
      fields: { city: 'Łódź' },
      uploads: [
        { id: 'u1', content: 'https://inlet.example/u1' },
        { id: 'u2', content: 'https://inlet.example/u2' },
      ],
      status: 'new',
      verified: false,
    });
  });

  it('says over which channel it was verified, because a telephone number says nothing of the e-mail address', () => {
    const record = aFeedback({
      email: 'somebody@example.org',
      verified: true,
      verifiedBy: { channel: 'sms', subject: 'a keyed hash' },
    });
    const { data } = toNotification(record, linkTo);
    assert.deepEqual([data.verified, data.verifiedBy], [true, 'sms']);
    assert.doesNotMatch(JSON.stringify(data), /keyed hash/);
  });

  it('leaves out what was not said, and links that it cannot make', () => {
    const { subject, data, prose, attributes } = toNotification(
      aFeedback({ uploads: ['u1'] }),
      () => undefined,
    );
    assert.equal(subject, '[feedback] The map on the contact page is out of date.');
    assert.deepEqual(Object.keys(data).sort(), [
      'fields',
      'form',
      'id',
      'message',
      'receivedAt',
      'status',
      'type',
      'uploads',
      'verified',
    ]);
    assert.deepEqual(data.uploads, [{ id: 'u1' }]);
    assert.doesNotMatch(prose, /Rating|From|Page/);
    assert.equal('rating' in attributes, false);
  });

  it('has a subject of one line that cuts no character in half', () => {
    const name = 'A\nBcc: b@example.org';
    const { subject } = toNotification(aFeedback({ name, message: '🙂'.repeat(100) }), linkTo);
    assert.equal(subject, `[feedback] A Bcc: b@example.org: ${'🙂'.repeat(60)}…`);
  });

  it('has at most five attributes', () => {
    assert.ok(Object.keys(toNotification(full, linkTo).attributes).length <= 5);
  });
});
