import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { open, readdir, readlink, rm } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createLinkSigner } from '../../src/http/link-signer.ts';
import { type AwsStandIn, startAwsStandIn } from '../support/aws-stand-in.ts';
import { assertProblem, storedThings } from '../support/checks.ts';
import { noEspeak } from '../support/espeak.ts';
import { feedbackClient, formData, receiptOf } from '../support/feedback-client.ts';
import { mintProof, proofSecret } from '../support/mint-proofs.ts';
import { jpeg, pdf } from '../support/samples.ts';
import { type AccessLinks, senderClient, unzip } from '../support/sender-client.ts';
import { type Inlet, startInlet } from '../support/start-inlet.ts';
import { until } from '../support/until.ts';
import { sha256 } from '../support/upload-client.ts';
import { verifyAddress } from '../support/verify-address.ts';

const needsSpeech = { skip: noEspeak() ?? false };
const someone = () => `${randomUUID()}@example.org`;
const accessOf = (id: string) => `POST /v1/feedback/${id}/access`;

describe('a sender who comes back', () => {
  let inlet: Inlet;
  let client: ReturnType<typeof feedbackClient>;
  let sender: ReturnType<typeof senderClient>;
  before(async () => {
    inlet = await startInlet({
      INLET_LINK_SECRETS: proofSecret,
      INLET_ONE_RESPONSE_FORMS: 'ballot',
      INLET_SPAM_CHECKS: 'off',
    });
    client = feedbackClient(inlet);
    sender = senderClient(inlet);
  });
  after(() => inlet.stop());

  type Files = Parameters<typeof formData>[1];
  /** Sends verified feedback and gives its id. */
  async function send(to: string, files: Files = [], texts: [string, string][] = []): Promise<string> {
    const proof = await mintProof({ to });
    const form = formData([['message', 'What I sent'], ['_proof', proof], ...texts], files);
    return (await receiptOf(await client.post(form))).id;
  }
  const accessProof = (to: string) => mintProof({ to, purpose: 'access' });
  const linksFor = async (id: string, to: string): Promise<AccessLinks> =>
    sender.links(id, await accessProof(to));

  it('sees, exports and deletes it with the code that the address was sent', async () => {
    const to = someone();
    const id = await send(to, [['a.jpg', jpeg()]], [['email', to]]);
    const links = await sender.links(id, await verifyAddress(inlet, { to, purpose: 'access' }));
    const { attachments, receivedAt, ...said } = await sender.sent(links.self);
    assert.equal(receivedAt, (await client.get(id)).receivedAt);
    assert.deepEqual(said, {
      id,
      form: 'feedback',
      message: 'What I sent',
      email: to,
      fields: {},
      verified: true,
      verifiedBy: 'email',
      links: {},
    });
    assert.equal(attachments.length, 1);
    const archive = await inlet.fetch(links.export);
    assert.deepEqual(
      [...(await unzip(new Uint8Array(await archive.arrayBuffer()))).keys()],
      ['attachments/a.jpg', 'feedback.json'],
    );
    assert.equal((await sender.remove(links.remove)).status, 204);
    const gone = await inlet.fetch(links.self);
    await assertProblem(inlet, gone, `GET /v1/feedback/${id}/sent`, 'feedback_not_found');
  });

  it('gets links that are good for 15 minutes, and says until when', async () => {
    const to = someone();
    const id = await send(to);
    const answer = await sender.access(id, { proof: await accessProof(to) });
    const { links, expiresAt } = (await answer.json()) as { links: AccessLinks; expiresAt: string };
    const seconds = (Date.parse(expiresAt) - Date.now()) / 1000;
    assert.ok(seconds > 880 && seconds <= 900, `${seconds} s`);
    for (const link of Object.values(links)) {
      assert.equal(Number(new URL(link).searchParams.get('expires')) * 1000, Date.parse(expiresAt));
    }
  });

  it('learns nothing of what others made of it', async () => {
    const to = someone();
    const id = await send(to);
    await client.patch(id, { status: 'archived' });
    const sent = await sender.sent((await linksFor(id, to)).self);
    for (const member of ['status', 'suspicions', 'delivery', 'fingerprint', 'uploads']) {
      assert.equal(sent[member], undefined, member);
    }
  });

  it('opens each attachment by its own signed link', async () => {
    const to = someone();
    const id = await send(to, [
      ['a.jpg', jpeg(3000)],
      ['b.pdf', pdf()],
    ]);
    const { attachments } = await sender.sent((await linksFor(id, to)).self);
    assert.deepEqual(
      attachments.map(({ name }) => name),
      ['a.jpg', 'b.pdf'],
    );
    for (const [index, content] of [jpeg(3000), pdf()].entries()) {
      const answer = await inlet.fetch(attachments[index]?.links.content ?? '');
      assert.equal(answer.status, 200);
      assert.deepEqual(new Uint8Array(await answer.arrayBuffer()), content);
    }
  });

  it('exports everything, in files that can be unpacked anywhere', async () => {
    const to = someone();
    const files: Files = [
      ['photo.jpg', jpeg(5000, 1)],
      ['photo.jpg', jpeg(300, 2)],
      ['PHOTO.JPG', jpeg(300, 3)],
      ['Straße 12:30 ✓.pdf', pdf()],
      ['con.jpg', jpeg(300, 4)],
    ];
    const id = await send(to, files, [['order', '12-7']]);
    const answer = await inlet.fetch((await linksFor(id, to)).export);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-type'), 'application/zip');
    assert.equal(answer.headers.get('content-disposition'), `attachment; filename=feedback-${id}.zip`);
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    const archive = new Uint8Array(await answer.arrayBuffer());
    assert.equal(Number(answer.headers.get('content-length')), archive.length);
    const unpacked = await unzip(archive);
    const names = [
      'attachments/photo.jpg',
      'attachments/photo (2).jpg',
      'attachments/PHOTO (3).JPG',
      'attachments/Straße 12_30 ✓.pdf',
      'attachments/_con.jpg',
    ];
    assert.deepEqual([...unpacked.keys()], [...names, 'feedback.json']);
    for (const [index, name] of names.entries()) {
      assert.deepEqual(new Uint8Array(unpacked.get(name) ?? []), files[index]?.[1], name);
    }
    const said = JSON.parse(String(unpacked.get('feedback.json')));
    assert.equal(said.message, 'What I sent');
    assert.deepEqual(said.fields, { order: '12-7' });
    assert.deepEqual(said.attachments[0], {
      file: 'attachments/photo.jpg',
      name: 'photo.jpg',
      size: 5000,
      contentType: 'image/jpeg',
      sha256: sha256(jpeg(5000, 1)),
    });
  });

  it('gets no whole ZIP file when the store loses an attachment halfway', async () => {
    const to = someone();
    const id = await send(to, [
      ['a.jpg', jpeg(2_000_000, 1)],
      ['b.jpg', jpeg(2_000_000, 2)],
    ]);
    const { export: link } = await linksFor(id, to);
    const [, second] = (await client.get(id)).uploads;
    const objects = path.join(inlet.dataDir, 'objects');
    const listed = await readdir(objects, { recursive: true });
    const file = path.join(objects, listed.find((name) => name.includes(second ?? '?')) ?? assert.fail());
    // First cut short, then gone altogether.
    const handle = await open(file, 'r+');
    await handle.truncate(1_000_000);
    await handle.close();
    await assert.rejects(async () => (await inlet.fetch(link)).arrayBuffer());
    await rm(file);
    const answer = await inlet.fetch(link);
    assert.equal(answer.status, 200);
    await assert.rejects(answer.arrayBuffer());
    const line = await inlet.logged(({ msg }) => msg === 'export broke off');
    assert.equal(line.feedbackId, id);
    assert.equal((await inlet.fetch('/health')).status, 200);
  });

  it('may go away in the middle of an export: no file stays open, and the process goes on', async () => {
    const to = someone();
    const id = await send(to, [['a.jpg', jpeg(20_000_000)]]);
    const { export: link } = await linksFor(id, to);
    const folder = `/proc/${inlet.pid}/fd`;
    const openFiles = async () => {
      const targets = (await readdir(folder)).map((fd) => readlink(path.join(folder, fd)).catch(() => ''));
      return (await Promise.all(targets)).filter((target) => target.includes('/objects/')).length;
    };
    for (let times = 0; times < 3; times++) {
      const controller = new AbortController();
      const answer = await inlet.fetch(link, { signal: controller.signal });
      await answer.body?.getReader().read();
      assert.equal(await openFiles(), 1);
      controller.abort();
      await until(async () => (await openFiles()) === 0 || undefined);
    }
    const lost = inlet.logs().filter(({ feedbackId }) => feedbackId === id);
    assert.deepEqual(lost, [], 'that is no fault of the store');
    assert.ok((await (await inlet.fetch(link)).arrayBuffer()).byteLength > 20_000_000);
  });

  it('asks for the size of the export by HEAD, without its bytes', async () => {
    const to = someone();
    const id = await send(to, [['a.jpg', jpeg(3000)]]);
    const { export: link } = await linksFor(id, to);
    const head = await inlet.fetch(link, { method: 'HEAD' });
    const { byteLength } = await (await inlet.fetch(link)).arrayBuffer();
    assert.equal(Number(head.headers.get('content-length')), byteLength);
  });

  it('deletes it with its attachments, whose bytes are gone from the disk', async () => {
    const to = someone();
    const before = await storedThings(inlet);
    const id = await send(to, [
      ['a.jpg', jpeg()],
      ['b.pdf', pdf()],
    ]);
    assert.equal((await storedThings(inlet)).objects.length, before.objects.length + 2);
    const links = await linksFor(id, to);
    const { attachments } = await sender.sent(links.self);
    assert.equal((await sender.remove(links.remove)).status, 204);
    const { objects, rows } = await storedThings(inlet);
    assert.deepEqual([objects.length, rows.length], [before.objects.length, before.rows.length]);
    assert.equal((await client.asAdmin(`/v1/feedback/${id}`)).status, 404);
    assert.equal((await inlet.fetch(attachments[0]?.links.content ?? '')).status, 404);
    await assertProblem(
      inlet,
      await sender.remove(links.remove),
      `DELETE /v1/feedback/${id}/sent`,
      'feedback_not_found',
    );
  });

  it(
    'hears, exports and deletes the audio that was made of it, and can have none made',
    needsSpeech,
    async () => {
      const to = someone();
      const before = (await storedThings(inlet)).objects.length;
      const id = await send(to);
      const links = await linksFor(id, to);
      assert.deepEqual((await sender.sent(links.self)).links, {});
      const { search } = new URL(links.self);
      const path = `/v1/feedback/${id}/sent/speech`;
      await assertProblem(inlet, await client.asAdmin(path), `GET ${path}`, 'speech_not_found');

      const made = await client.asAdmin(`/v1/feedback/${id}/speech`);
      assert.equal(made.status, 200, await made.clone().text());
      const audio = Buffer.from(await made.arrayBuffer());
      const { speech = '' } = (await sender.sent(links.self)).links;
      assert.equal(new URL(speech).pathname, path);
      const heard = await inlet.fetch(speech);
      assert.match(heard.headers.get('content-type') ?? '', /^audio\//);
      assert.deepEqual(Buffer.from(await heard.arrayBuffer()), audio);
      for (const query of [search, new URL(speech).search]) {
        const making = await inlet.fetch(`/v1/feedback/${id}/speech${query}`);
        await assertProblem(inlet, making, `GET /v1/feedback/${id}/speech`, 'link_invalid');
      }
      const archive = await unzip(new Uint8Array(await (await inlet.fetch(links.export)).arrayBuffer()));
      const [name = ''] = [...archive.keys()];
      assert.match(name, /^speech\.(wav|mp3|ogg)$/);
      assert.deepEqual(archive.get(name), audio);

      assert.equal((await sender.remove(links.remove)).status, 204);
      assert.equal((await storedThings(inlet)).objects.length, before);
      await assertProblem(inlet, await inlet.fetch(speech), `GET ${path}`, 'speech_not_found');
    },
  );

  it('gets and deletes only what is its own: an upload belongs to the first feedback it was attached to', async () => {
    const [victim, thief] = [someone(), someone()];
    const id = await send(victim, [['a.jpg', jpeg(3000)]]);
    const [upload = ''] = (await client.get(id)).uploads;
    const before = await inlet.fetch('/v1/uploads?name=b.jpg', { method: 'POST', body: jpeg(500) });
    const { uploads } = (await before.json()) as { uploads: { id: string }[] };
    const own = uploads[0]?.id ?? '';
    const theft = { message: 'Mine', email: thief, uploads: [upload, own] };
    const { id: stolen } = await receiptOf(await client.sendJson(theft));
    const links = await linksFor(stolen, thief);
    assert.deepEqual(
      (await sender.sent(links.self)).attachments.map(({ name }) => name),
      ['b.jpg'],
    );
    const archive = await unzip(new Uint8Array(await (await inlet.fetch(links.export)).arrayBuffer()));
    assert.deepEqual([...archive.keys()], ['attachments/b.jpg', 'feedback.json']);
    assert.equal((await sender.remove(links.remove)).status, 204);
    assert.equal((await client.asAdmin(`/v1/uploads/${own}`)).status, 404);
    assert.equal((await client.asAdmin(`/v1/uploads/${upload}/content`)).status, 200);
    assert.equal((await sender.sent((await linksFor(id, victim)).self)).attachments.length, 1);
  });

  it('may respond again once the only response of the address is deleted', async () => {
    const to = someone();
    const id = await send(to, [], [['form', 'ballot']]);
    const again = await client.sendJson({ form: 'ballot', message: 'No', proof: await mintProof({ to }) });
    await assertProblem(inlet, again, 'POST /v1/feedback', 'already_responded');
    assert.equal((await sender.remove((await linksFor(id, to)).remove)).status, 204);
    await send(to, [], [['form', 'ballot']]);
  });

  it('gets at unverified feedback by the mailbox that it named', async () => {
    const email = someone();
    const { id } = await receiptOf(await client.sendJson({ message: 'Unverified', email }));
    const sent = await sender.sent((await linksFor(id, email.toUpperCase())).self);
    assert.deepEqual([sent.message, sent.verified], ['Unverified', false]);
  });

  it('gets at verified feedback only by the address that verified it', async () => {
    const email = someone();
    const proof = await mintProof({ channel: 'sms', to: '+4915123456780' });
    const { id } = await receiptOf(await client.sendJson({ message: 'By phone', email, proof }));
    const byMail = await sender.access(id, { proof: await accessProof(email) });
    await assertProblem(inlet, byMail, accessOf(id), 'feedback_not_found');
    const phone = { channel: 'sms', to: '+4915123456780', purpose: 'access' } as const;
    assert.equal((await sender.sent((await sender.links(id, await mintProof(phone))).self)).email, email);
  });

  it('cannot tell feedback of somebody else from none, and keeps the proof when nothing opened', async () => {
    const to = someone();
    const own = await send(to);
    const foreign = await send(someone());
    const { id: nobodys } = await receiptOf(await client.sendJson({ message: 'No address' }));
    const proof = await accessProof(to);
    const refusals = [];
    for (const id of [foreign, nobodys, randomUUID(), 'no-id']) {
      const answer = await sender.access(id, { proof });
      const problem = await assertProblem(inlet, answer, accessOf(id), 'feedback_not_found');
      refusals.push(JSON.stringify({ ...problem, instance: '', requestId: '' }));
    }
    assert.equal(new Set(refusals).size, 1);
    await sender.links(own, proof);
  });

  it('uses a proof once, and only one that was made for access', async () => {
    const to = someone();
    const id = await send(to);
    const proof = await accessProof(to);
    const answers = await Promise.all(Array.from({ length: 10 }, () => sender.access(id, { proof })));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    await assertProblem(inlet, await sender.access(id, { proof }), accessOf(id), 'proof_used');
    const refused = async (given: string, code: 'proof_invalid' | 'proof_expired') =>
      assertProblem(inlet, await sender.access(id, { proof: given }), accessOf(id), code);
    await refused(await mintProof({ to, purpose: 'feedback' }), 'proof_invalid');
    await refused(await mintProof({ to, purpose: 'access', agoSeconds: 1801 }), 'proof_expired');
    await refused(
      await mintProof({ to, purpose: 'access', secret: 'somebody else has this secret, not we' }),
      'proof_invalid',
    );
    await assertProblem(inlet, await sender.access(id, {}), accessOf(id), 'validation_failed');
    await assertProblem(
      inlet,
      await sender.access(id, { proof, more: 1 }),
      accessOf(id),
      'validation_failed',
    );
  });

  it('can do with each link what it was signed for, and nothing else', async () => {
    const to = someone();
    const [id, other] = [await send(to), await send(to)];
    const links = await linksFor(id, to);
    const query = (link: string) => new URL(link).search;
    const self = `/v1/feedback/${id}/sent`;
    const refused = async (target: string, method: 'GET' | 'DELETE') =>
      assertProblem(inlet, await inlet.fetch(target, { method }), `${method} ${target}`, 'link_invalid');
    await refused(`${self}${query(links.self)}`, 'DELETE');
    await refused(`${self}${query(links.export)}`, 'DELETE');
    await refused(`${self}${query(links.remove)}`, 'GET');
    await refused(`${self}${query(links.export)}`, 'GET');
    await refused(`${self}/export${query(links.self)}`, 'GET');
    for (const link of Object.values(links)) {
      await refused(`/v1/feedback/${other}/sent${query(link)}`, 'GET');
      await refused(`/v1/feedback/${other}/sent${query(link)}`, 'DELETE');
      await refused(`/v1/feedback/${other}/sent/export${query(link)}`, 'GET');
    }
    for (const target of [`/v1/feedback/${id}`, '/v1/feedback']) {
      const answer = await inlet.fetch(`${target}${query(links.self)}`);
      assert.equal(answer.status, 401, target);
    }
    const late = createLinkSigner({
      secrets: [proofSecret],
      lifetimeSeconds: 900,
      clock: () => new Date(Date.now() - 900_000),
    });
    const expired = late.sign(self, { method: 'DELETE' });
    await assertProblem(
      inlet,
      await inlet.fetch(expired, { method: 'DELETE' }),
      `DELETE ${self}`,
      'link_expired',
    );
    assert.equal((await sender.sent(links.self)).id, id);
    assert.equal((await sender.sent((await linksFor(other, to)).self)).id, other);
  });

  it('needs a key or a link: an id alone opens nothing', async () => {
    const id = await send(someone());
    for (const [method, target] of [
      ['GET', `/v1/feedback/${id}/sent`],
      ['GET', `/v1/feedback/${id}/sent/export`],
      ['DELETE', `/v1/feedback/${id}/sent`],
    ] as const) {
      await assertProblem(
        inlet,
        await inlet.fetch(target, { method }),
        `${method} ${target}`,
        'unauthorized',
      );
    }
    assert.equal((await client.asAdmin(`/v1/feedback/${id}/sent`)).status, 200);
  });

  it('gets at feedback that waits in quarantine like at any other', async (t) => {
    const wary = await startInlet({ INLET_LINK_SECRETS: proofSecret, INLET_SPAM_CHECKS: 'on' });
    t.after(() => wary.stop());
    const [guarded, visitor] = [feedbackClient(wary), senderClient(wary)];
    const to = someone();
    const form = formData(
      [
        ['message', 'Really me'],
        ['website', 'https://trap.example'],
        ['_proof', await mintProof({ to })],
      ],
      [['a.jpg', jpeg()]],
    );
    const { id } = await receiptOf(await guarded.post(form));
    assert.equal((await guarded.get(id)).status, 'quarantined');
    const links = await visitor.links(id, await accessProof(to));
    assert.equal((await visitor.sent(links.self)).message, 'Really me');
    const archive = await unzip(new Uint8Array(await (await wary.fetch(links.export)).arrayBuffer()));
    assert.ok(archive.has('attachments/a.jpg'));
    assert.ok(!String(archive.get('feedback.json')).includes('suspicion'));
    assert.equal((await visitor.remove(links.remove)).status, 204);
    assert.equal((await storedThings(wary)).objects.length, 0);
  });
});

describe('a sender who comes back, on aws', () => {
  let standIn: AwsStandIn;
  let inlet: Inlet;
  before(async () => {
    standIn = await startAwsStandIn();
    inlet = await startInlet({
      ...(standIn.env as Record<string, string>),
      INLET_LINK_SECRETS: proofSecret,
      INLET_ONE_RESPONSE_FORMS: 'ballot',
    });
  });
  after(async () => {
    await inlet?.stop();
    await standIn?.stop();
  });

  it('exports and deletes what is in the bucket, once a proof, and may respond again', async () => {
    const [client, sender] = [feedbackClient(inlet), senderClient(inlet)];
    const to = someone();
    async function send() {
      const texts: [string, string][] = [
        ['form', 'ballot'],
        ['message', 'Yes'],
        ['_proof', await mintProof({ to })],
      ];
      return client.post(formData(texts, [['a.jpg', jpeg(9_000_000)]]));
    }
    const { id } = await receiptOf(await send());
    assert.equal((await standIn.contents()).length, 1);
    await assertProblem(inlet, await send(), 'POST /v1/feedback', 'already_responded');

    const proof = await mintProof({ to, purpose: 'access' });
    const answers = await Promise.all(Array.from({ length: 10 }, () => sender.access(id, { proof })));
    const [opened, ...more] = answers.filter(({ status }) => status === 200);
    assert.ok(opened && more.length === 0, 'exactly one');
    const { links } = (await opened.json()) as { links: AccessLinks };
    const archive = await unzip(new Uint8Array(await (await inlet.fetch(links.export)).arrayBuffer()));
    assert.equal(sha256(archive.get('attachments/a.jpg') ?? new Uint8Array()), sha256(jpeg(9_000_000)));

    assert.equal((await sender.remove(links.remove)).status, 204);
    assert.deepEqual(await standIn.contents(), []);
    await receiptOf(await send());
  });
});
