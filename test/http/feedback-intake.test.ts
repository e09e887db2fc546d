import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { assertProblem, storedThings } from '../support/checks.ts';
import { feedbackClient, formData, receiptOf } from '../support/feedback-client.ts';
import { filePart, formType, multipart, textPart } from '../support/multipart.ts';
import { jpeg, pdf } from '../support/samples.ts';
import { type Inlet, startInlet } from '../support/start-inlet.ts';

describe('feedback intake', () => {
  let inlet: Inlet;
  let client: ReturnType<typeof feedbackClient>;
  before(async () => {
    inlet = await startInlet({ INLET_PUBLIC_URL: 'https://inlet.example' });
    client = feedbackClient(inlet);
  });
  after(() => inlet.stop());

  it('keeps every member of a JSON body', async () => {
    const sent = {
      message: 'Die Öffnungszeiten stimmen nicht.\nSie schließen um 18 Uhr. 🙂',
      rating: 2,
      name: 'Łukasz Ünal',
      email: 'lukasz@example.org',
      page: 'https://www.example.org/contact?a=1#top',
      form: 'contact-2',
      fields: { city: 'Łódź', topics: 'a, b' },
    };
    const answer = await client.sendJson(sent);
    assert.match(answer.headers.get('location') ?? '', /^\/v1\/feedback\/[0-9a-f-]{36}$/);
    const { id, receivedAt } = await receiptOf(answer);
    const { delivery, ...kept } = await client.get(id);
    assert.deepEqual(kept, {
      ...sent,
      id,
      receivedAt,
      uploads: [],
      status: 'new',
      verified: false,
      suspicions: [],
    });
  });

  it('needs no more than a message', async () => {
    const { id } = await receiptOf(await client.sendJson({ message: ' Thanks!\r\n' }));
    const { message, form, fields, uploads, rating, name, email, page } = await client.get(id);
    assert.deepEqual(
      { message, form, fields, uploads, rating, name, email, page },
      {
        message: 'Thanks!',
        form: 'feedback',
        fields: {},
        uploads: [],
        rating: undefined,
        name: undefined,
        email: undefined,
        page: undefined,
      },
    );
  });

  it('counts characters as people do: 10 000 emoji are taken, 10 001 characters are not', async () => {
    const { id } = await receiptOf(await client.sendJson({ message: '🙂'.repeat(10_000) }));
    assert.equal([...(await client.get(id)).message].length, 10_000);
    await receiptOf(await client.sendForm([['message', '🙂'.repeat(10_000)]]));
    await receiptOf(await client.post(formData([['message', '🙂'.repeat(10_000)]])));
    const problem = await assertProblem(
      inlet,
      await client.sendJson({ message: 'a'.repeat(10_001) }),
      'POST /v1/feedback',
      'validation_failed',
    );
    assert.deepEqual(problem.errors, [{ pointer: '/message', detail: 'expected at most 10000 characters' }]);
  });

  for (const [kind, send] of [
    ['urlencoded', (pairs: [string, string][]) => client.sendForm(pairs)],
    ['multipart', (pairs: [string, string][]) => client.post(formData(pairs))],
  ] as const) {
    it(`reads a ${kind} form: numbers as text, unknown names to fields, repeated names joined`, async () => {
      const answer = await send([
        ['message', 'Two lines\r\nof text & more = 100 % + 🙂'],
        ['rating', '5'],
        ['form', 'survey'],
        ['topic', 'speed'],
        ['topic', 'price'],
        ['größe', 'XL'],
      ]);
      const kept = await client.get((await receiptOf(answer)).id);
      assert.equal(kept.message, 'Two lines\nof text & more = 100 % + 🙂');
      assert.equal(kept.rating, 5);
      assert.equal(kept.form, 'survey');
      assert.deepEqual(kept.fields, { topic: 'speed, price', größe: 'XL' });
    });

    it(`ignores the inputs of a ${kind} form that were left empty`, async () => {
      const empty = ['rating', 'name', 'email', 'page', 'form', 'other', '_next', 'uploads'].map(
        (name) => [name, ''] as [string, string],
      );
      const kept = await client.get((await receiptOf(await send([...empty, ['message', 'Hi']]))).id);
      assert.deepEqual(
        [kept.rating, kept.name, kept.email, kept.page, kept.form, kept.fields, kept.uploads],
        [undefined, undefined, undefined, undefined, 'feedback', {}, []],
      );
    });
  }

  it('keeps attachments, which can be downloaded, and removes them with the feedback', async () => {
    const [photo, paper] = [jpeg(3000), pdf()];
    const answer = await client.post(
      formData(
        [['message', 'See the pictures']],
        [
          ['Größe 1.jpg', photo],
          ['plan.pdf', paper],
        ],
      ),
    );
    const { id } = await receiptOf(answer);
    const { uploads } = await client.get(id);
    assert.equal(uploads.length, 2);
    const [first, second] = uploads;
    const described = await (await client.asAdmin(`/v1/uploads/${first}`)).json();
    assert.equal((described as { name: string }).name, 'Größe 1.jpg');
    for (const [upload, content] of [
      [first, photo],
      [second, paper],
    ] as const) {
      const download = await client.asAdmin(`/v1/uploads/${upload}/content`);
      assert.equal(download.status, 200);
      assert.deepEqual(new Uint8Array(await download.arrayBuffer()), content);
    }
    const before = (await storedThings(inlet)).objects.length;
    assert.equal((await client.remove(id)).status, 204);
    for (const upload of uploads) {
      const gone = await client.asAdmin(`/v1/uploads/${upload}/content`);
      await assertProblem(inlet, gone, `GET /v1/uploads/${upload}/content`, 'upload_not_found');
    }
    assert.equal((await storedThings(inlet)).objects.length, before - 2);
  });

  it('ignores the empty part that a browser sends for a file input without a file', async () => {
    const body = multipart([
      textPart('message', 'No picture'),
      filePart('', 'form-data; name="file"; filename=""'),
    ]);
    const { id } = await receiptOf(await client.post(body, { 'Content-Type': formType }));
    assert.deepEqual((await client.get(id)).uploads, []);
  });

  it('attaches uploads that were made before, each once', async () => {
    const answer = await inlet.fetch('/v1/uploads?name=a.jpg', { method: 'POST', body: jpeg() });
    const { uploads } = (await answer.json()) as { uploads: { id: string }[] };
    const uploadId = uploads[0]?.id ?? '';
    const byJson = await receiptOf(await client.sendJson({ message: 'Hi', uploads: [uploadId, uploadId] }));
    assert.deepEqual((await client.get(byJson.id)).uploads, [uploadId]);
    const form = formData(
      [
        ['message', 'Hi'],
        ['uploads', uploadId],
      ],
      [['b.jpg', jpeg(500)]],
    );
    const byForm = await client.get((await receiptOf(await client.post(form))).id);
    assert.equal(byForm.uploads.length, 2);
    assert.equal(byForm.uploads[0], uploadId);
  });

  it('shows a browser that posts a plain form a page, also when something is wrong', async () => {
    const browser = { Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };
    const thanks = await client.sendForm([['message', 'Hi']], browser);
    assert.equal(thanks.status, 201);
    assert.match(thanks.headers.get('content-type') ?? '', /^text\/html; charset=utf-8/);
    const [newest] = (await client.list({ limit: '1' })).items;
    assert.match(await thanks.text(), new RegExp(`Thank you[^]*${newest?.id}`));

    const sorry = await client.sendForm([['email', '<b>no address</b>']], browser);
    assert.equal(sorry.status, 422);
    assert.match(sorry.headers.get('content-type') ?? '', /^text\/html/);
    const page = await sorry.text();
    assert.match(page, /<strong>email<\/strong>/);
    assert.doesNotMatch(page, /<b>no/);
  });

  it('hands out no feedback without a key that may read it', async () => {
    const { id } = await receiptOf(await client.sendJson({ message: 'secret' }));
    for (const target of ['', '/export', '/stats', `/${id}`]) {
      const answer = await inlet.fetch(`/v1/feedback${target}`);
      await assertProblem(inlet, answer, `GET /v1/feedback${target}`, 'unauthorized');
    }
  });
});
