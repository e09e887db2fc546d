import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Notification } from '../../../src/feedback/notifier.ts';
import { mostBytes, sizeOf, toSnsMessage } from '../../../src/platform/aws/sns-message.ts';
import { firstCharacters, toSubject } from '../../../src/platform/aws/sns-text.ts';

const topic = 'arn:aws:sns:eu-central-1:123456789012:inlet';

function message(overrides: Partial<Notification> = {}, arn = topic) {
  const published = toSnsMessage(arn, {
    id: 'f-1',
    subject: 'Feedback',
    prose: 'Ada wrote: hello',
    data: { message: 'hello', rating: 5 },
    attributes: { form: 'contact', rating: 5 },
    ...overrides,
  });
  const texts = JSON.parse(published.Message ?? '') as { default: string; email: string; sms: string };
  const size = sizeOf(published.Message ?? '', published.MessageAttributes ?? {});
  return { published, texts, data: JSON.parse(texts.default), size };
}

describe('SNS subject', () => {
  const cases: Array<[given: string, expected: string | undefined]> = [
    ['Feedback', 'Feedback'],
    ['Grüße aus Łódź: “naïve” – straße', 'Grusse aus Lodz: "naive" - strasse'],
    ['two\r\nlines\u0000and\ttab\u2028end', 'two lines and tab end'],
    ['  blanks  around  ', 'blanks around'],
    ['反馈', '?'],
    ['👍 great', '? great'],
    ['', undefined],
    [' \n\u0007 ', undefined],
  ];
  for (const [given, expected] of cases) {
    it(`makes ${JSON.stringify(expected)} of ${JSON.stringify(given)}`, () => {
      assert.equal(toSubject(given), expected);
    });
  }

  it('is always fewer than 100 printable ASCII characters that begin with no blank', () => {
    for (const given of [
      'é'.repeat(500),
      'ﷺ'.repeat(50),
      'ß '.repeat(80),
      '\ud800x',
      'a'.repeat(99),
      '…'.repeat(40),
    ]) {
      assert.match(toSubject(given) ?? '', /^[\x21-\x7e][\x20-\x7e]{0,98}$/);
    }
  });

  it('is left out if there is none, because SNS refuses an empty one', () => {
    assert.equal('Subject' in message({ subject: '\n' }).published, false);
  });
});

describe('SNS message', () => {
  it('has JSON for machines, prose for e-mail and one line for phones', () => {
    const { published, texts, data } = message();
    assert.equal(published.MessageStructure, 'json');
    assert.equal(published.TopicArn, topic);
    assert.deepEqual(data, { message: 'hello', rating: 5 });
    assert.deepEqual([texts.email, texts.sms], ['Ada wrote: hello', 'Feedback']);
  });

  it('types its attributes and leaves out empty ones', () => {
    const attributes = { form: 'größe', rating: 4, empty: '', nan: Number.NaN };
    assert.deepEqual(message({ attributes }).published.MessageAttributes, {
      form: { DataType: 'String', StringValue: 'größe' },
      rating: { DataType: 'Number', StringValue: '4' },
    });
  });

  it('replaces characters that SNS refuses, in every text and attribute', () => {
    const odd = 'a\u0000b\u001bc\ud83dd\uffffe';
    const clean = 'a\ufffdb\ufffdc\ufffdd\ufffde';
    const { texts, data, published } = message({ prose: odd, data: { message: odd }, attributes: { odd } });
    assert.deepEqual(
      [texts.email, data.message, published.MessageAttributes?.odd?.StringValue],
      [clean, clean, clean],
    );
  });

  it('leaves a message that just fits alone, and shortens one that is a byte longer', () => {
    const { size } = message({ data: { message: '' }, prose: '' });
    const fitting = 'x'.repeat(mostBytes - size);
    const whole = message({ data: { message: fitting }, prose: '' });
    assert.equal(whole.size, mostBytes);
    assert.equal(whole.data.message, fitting);
    assert.equal('shortened' in whole.data, false);
    const cut = message({ data: { message: `${fitting}x` }, prose: '' });
    assert.ok(cut.size <= mostBytes);
    assert.equal(cut.data.shortened, true);
  });

  const worst = {
    emoji: '👩‍👩‍👧',
    quotes: '"',
    backslashes: '\\',
    controls: '\u0001',
    'half characters': '\ud800',
    'line ends': '\r\n',
  };
  for (const [what, unit] of Object.entries(worst)) {
    it(`fits 100 000 ${what}, in message and prose alike, by whole characters`, () => {
      const text = unit.repeat(100_000);
      const { size, data, texts } = message({ data: { message: text, rating: 2 }, prose: text });
      assert.ok(size <= mostBytes, `${size} bytes`);
      assert.ok(size > mostBytes * 0.99, `${size} bytes: more would have fitted`);
      assert.equal(data.rating, 2);
      const shown = unit.toWellFormed().replace('\u0001', '\ufffd');
      for (const shortened of [data.message as string, texts.email]) {
        const [kept = '', note] = shortened.split('… ');
        assert.equal(note, '[shortened: see f-1 for the whole]');
        assert.equal(kept, shown.repeat(kept.length / shown.length));
      }
    });
  }

  it('keeps only the id of what is too large without the message', () => {
    const fields = { everything: 'x'.repeat(300_000) };
    const { size, data, published } = message({ data: { message: 'm', fields } });
    assert.ok(size <= mostBytes);
    assert.deepEqual(data, { id: 'f-1', message: '[shortened: see f-1 for the whole]', shortened: true });
    assert.ok(published.MessageAttributes?.form);
  });

  it('gives up its attributes before it fails', () => {
    const { size, published } = message({ attributes: { huge: 'x'.repeat(300_000) } });
    assert.ok(size <= mostBytes);
    assert.deepEqual(published.MessageAttributes, {});
  });

  it('groups by form on a FIFO topic, and is the same message however often it is sent', () => {
    const fifo = message({}, `${topic}.fifo`).published;
    assert.deepEqual([fifo.MessageGroupId, fifo.MessageDeduplicationId], ['contact', 'f-1']);
    const odd = message({ attributes: { form: 'größe' } }, `${topic}.fifo`).published;
    assert.equal(odd.MessageGroupId, 'f-1');
    assert.equal(message().published.MessageGroupId, undefined);
  });
});

describe('characters', () => {
  it('are counted and kept as readers see them', () => {
    assert.equal(firstCharacters('👩‍👩‍👧e\u0301x', 2), '👩‍👩‍👧e\u0301');
    assert.equal(firstCharacters('abc', 0), '');
    assert.equal(firstCharacters('abc', 9), 'abc');
  });
});
