import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createClientSubjects, createSubjects } from '../../../src/otp/subjects.ts';

const secrets = ['the newest secret, which signs all', 'the oldest secret, which made hashes'];
const subjectOf = createSubjects(secrets);
const clientSubjectOf = createClientSubjects(secrets);

describe('subjects', () => {
  it('are the same for one mailbox, however it is written', () => {
    const subject = subjectOf('email', 'Zoë@example.org');
    assert.match(subject, /^[\w-]{22}$/);
    for (const written of ['zoë@example.org', ' ZOË@EXAMPLE.ORG ', 'Zoe\u0308@example.org'])
      assert.equal(subjectOf('email', written), subject);
    assert.notEqual(subjectOf('email', 'zoe@example.org'), subject);
  });

  it('are kept apart by channel, and from clients', () => {
    assert.notEqual(subjectOf('email', '192.0.2.1'), subjectOf('sms', '192.0.2.1'));
    assert.match(clientSubjectOf('192.0.2.1'), /^client [\w-]{22}$/);
    assert.notEqual(clientSubjectOf('192.0.2.1'), clientSubjectOf('192.0.2.2'));
  });

  it('do not change while secrets are rotated, and cannot be made without the oldest', () => {
    const [, oldest = ''] = secrets;
    assert.equal(createSubjects([oldest])('email', 'a@b.org'), subjectOf('email', 'a@b.org'));
    assert.equal(createClientSubjects([oldest])('192.0.2.1'), clientSubjectOf('192.0.2.1'));
    assert.notEqual(createSubjects(secrets.slice(0, 1))('email', 'a@b.org'), subjectOf('email', 'a@b.org'));
    assert.throws(() => createSubjects([]), /A secret/);
  });
});
