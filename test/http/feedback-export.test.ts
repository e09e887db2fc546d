import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openDatabase } from '../../src/platform/local/sqlite-database.ts';
import { createSqliteFeedbackStore } from '../../src/platform/local/sqlite-feedback-store.ts';
import { mainMigrations } from '../../src/platform/local/sqlite-schema.ts';
import { feedbackClient, receiptOf } from '../support/feedback-client.ts';
import { parseCsv } from '../support/parse-csv.ts';
import { aFeedback } from '../support/records.ts';
import { type Inlet, startInlet } from '../support/start-inlet.ts';
import { until } from '../support/until.ts';

const awkward = [
  { message: '=HYPERLINK("http://evil.example","click")', name: '+1', fields: { a: '=1+1' } },
  { message: '-2+3', name: '@SUM(A1)', form: 'survey' },
  { message: 'a "quoted", text;\nsecond line\ttab', name: 'Ünal, Łukasz', rating: 4 },
  { message: '反馈 🙂 عربى', email: 'a@example.org', page: 'https://www.example.org/?a=1,2' },
  { message: '\uff1d1+1 in wide characters' },
];

describe('export of feedback', () => {
  let inlet: Inlet;
  let client: ReturnType<typeof feedbackClient>;
  before(async () => {
    inlet = await startInlet();
    client = feedbackClient(inlet);
  });
  after(() => inlet.stop());

  const exported = async (format: string, query = '') => {
    const answer = await client.asAdmin(`/v1/feedback/export?format=${format}${query}`);
    assert.equal(answer.status, 200);
    return { answer, text: Buffer.from(await answer.arrayBuffer()).toString('utf8') };
  };

  it('of nothing is a header alone, or nothing', async () => {
    assert.match((await exported('csv')).text, /^\ufeffid,receivedAt,form,[^\n]*\r\n$/);
    assert.equal((await exported('ndjson')).text, '');
  });

  it('as CSV opens in spreadsheets, runs no formula and loses nothing', async () => {
    for (const body of awkward) await receiptOf(await client.sendJson(body));
    const { answer, text } = await exported('csv');
    assert.match(answer.headers.get('content-type') ?? '', /^text\/csv; charset=utf-8/);
    assert.match(answer.headers.get('content-disposition') ?? '', /attachment; filename="?feedback\.csv"?$/);
    assert.equal(text.codePointAt(0), 0xfeff, 'a byte order mark');
    const rows = parseCsv(text.slice(1));
    const list = await client.all();
    assert.equal(rows.length, list.length);
    for (const row of rows) {
      for (const cell of Object.values(row))
        assert.doesNotMatch(cell, /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/);
    }
    const plain = (cell = '') => cell.replace(/^'(?=[=+\-@\uff1d])/, '');
    assert.deepEqual(
      rows.map((row) => [
        row.id,
        plain(row.message),
        plain(row.name),
        row.rating,
        row.email,
        row.page,
        row.form,
      ]),
      list.map((each) => [
        each.id,
        each.message,
        each.name ?? '',
        String(each.rating ?? ''),
        each.email ?? '',
        each.page ?? '',
        each.form,
      ]),
    );
    assert.deepEqual(
      rows.map((row) => JSON.parse(row.fields ?? '')),
      list.map(({ fields }) => fields),
    );
  });

  it('as NDJSON is what the list says', async () => {
    // The ledger of deliveries is part of both, so it must have come to rest.
    await until(
      async () => (await client.all()).every((each) => each.delivery.state === 'delivered') || undefined,
    );
    const { answer, text } = await exported('ndjson');
    assert.match(answer.headers.get('content-type') ?? '', /^application\/x-ndjson/);
    const lines = text.trimEnd().split('\n');
    assert.deepEqual(
      lines.map((line) => JSON.parse(line)),
      await client.all(),
    );
    const filtered = await exported('ndjson', '&form=survey');
    assert.equal(filtered.text.trimEnd().split('\n').length, 1);
  });

  it('of 2 000 records is complete, also of those received in the same millisecond', async () => {
    const file = path.join(inlet.dataDir, 'inlet.db');
    const database = openDatabase(file, { migrations: mainMigrations });
    const store = createSqliteFeedbackStore(database);
    const message = 'A message of some length, so that there is more than one buffer can hold. '.repeat(20);
    const ids = new Set<string>();
    for (let n = 0; n < 2000; n++) {
      const receivedAt = new Date(Date.UTC(2026, 0, 1) + Math.floor(n / 700)).toISOString();
      const delivery = { state: 'delivered' as const, tries: 1, attempts: [] };
      const { record } = await store.put(aFeedback({ form: 'many', receivedAt, message, delivery }));
      ids.add(record.id);
    }
    database.close();
    const lines = (await exported('ndjson', '&form=many')).text.trimEnd().split('\n');
    assert.deepEqual(new Set(lines.map((line) => JSON.parse(line).id)), ids);
    assert.equal(lines.length, 2000);
    const rows = parseCsv((await exported('csv', '&form=many')).text.slice(1));
    assert.deepEqual(new Set(rows.map(({ id }) => id)), ids);
    assert.equal(rows.length, 2000);
  });
});
