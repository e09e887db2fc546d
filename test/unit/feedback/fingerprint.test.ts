import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { feedbackInput } from '../../../src/feedback/feedback-schemas.ts';
import { fingerprintOf } from '../../../src/feedback/fingerprint.ts';

describe('the fingerprint of a request', () => {
  const sent = { message: 'Hi', rating: 4, fields: { a: '1', b: '2' } };
  const file = { name: 'a.jpg', sha256: '00' };
  const of = (body: object, files = [file]) => fingerprintOf(feedbackInput.parse(body), files);

  it('does not depend on the order of members and fields', () => {
    assert.equal(of({ fields: { b: '2', a: '1' }, rating: 4, message: 'Hi' }), of(sent));
  });

  it('does not depend on what of a file was found out here', () => {
    const found = { ...file, id: 'x', createdAt: 'now' };
    assert.equal(fingerprintOf(feedbackInput.parse(sent), [found]), of(sent));
  });

  const others: [string, string][] = [
    ['another message', of({ ...sent, message: 'Hi!' })],
    ['another rating', of({ ...sent, rating: 5 })],
    ['no rating', of({ message: 'Hi', fields: sent.fields })],
    ['another field', of({ ...sent, fields: { a: '1', b: '3' } })],
    ['the same text in another field', of({ ...sent, fields: { a: '12' } })],
    ['another form', of({ ...sent, form: 'contact' })],
    ['no file', of(sent, [])],
    ['another file', of(sent, [{ ...file, sha256: '01' }])],
    ['another file name', of(sent, [{ ...file, name: 'b.jpg' }])],
    ['the file twice', of(sent, [file, file])],
  ];
  for (const [what, fingerprint] of others) {
    it(`tells ${what} apart`, () => assert.notEqual(fingerprint, of(sent)));
  }
});
