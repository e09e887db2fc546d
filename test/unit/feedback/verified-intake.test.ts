import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { AppError } from '../../../src/app-error.ts';
import { createAttachmentOwners } from '../../../src/feedback/attachment-owners.ts';
import { feedbackInput } from '../../../src/feedback/feedback-schemas.ts';
import { createFeedbackService } from '../../../src/feedback/feedback-service.ts';
import type { FeedbackStore } from '../../../src/feedback/feedback-store.ts';
import { createVerification } from '../../../src/feedback/verification.ts';
import type { Claims } from '../../../src/ledger/claims.ts';
import { createProofs } from '../../../src/otp/proofs.ts';
import { createSubjects } from '../../../src/otp/subjects.ts';
import { createDiskObjectStore } from '../../../src/platform/local/disk-object-store.ts';
import { createSqliteClaims } from '../../../src/platform/local/sqlite-claims.ts';
import { openDatabase } from '../../../src/platform/local/sqlite-database.ts';
import { createSqliteFeedbackStore } from '../../../src/platform/local/sqlite-feedback-store.ts';
import { createSqliteOutbox } from '../../../src/platform/local/sqlite-outbox.ts';
import { mainMigrations } from '../../../src/platform/local/sqlite-schema.ts';
import { createSqliteUploadCatalogue } from '../../../src/platform/local/sqlite-upload-catalogue.ts';
import { createUploadService } from '../../../src/uploads/upload-service.ts';
import { mintProof, proofSecret } from '../../support/mint-proofs.ts';
import { type TempFolder, tempFolder } from '../../support/temp-folder.ts';

const unavailable = () => Promise.reject(new AppError('store_unavailable'));
const secrets = [proofSecret];
const clock = () => new Date();

describe('verified feedback over stores that fail', () => {
  let temporary: TempFolder;
  let database: ReturnType<typeof openDatabase>;
  let store: FeedbackStore;
  let claims: Claims;
  beforeEach(async () => {
    temporary = await tempFolder();
    database = openDatabase(path.join(temporary.folder, 'inlet.db'), { migrations: mainMigrations });
    store = createSqliteFeedbackStore(database);
    claims = createSqliteClaims(database, clock);
  });
  afterEach(async () => {
    database.close();
    await temporary.remove();
  });

  /** The service over the real stores, or over others in their place. */
  async function serviceOver(over: { store?: FeedbackStore; claims?: Claims } = {}) {
    const ledger = over.claims ?? claims;
    const uploads = createUploadService({
      objectStore: await createDiskObjectStore({ folder: temporary.folder, clock }),
      catalogue: createSqliteUploadCatalogue(database),
      metrics: { upload() {}, uploadBytes() {} },
      clock,
      randomId: randomUUID,
      allowedTypes: new Set(['image/jpeg']),
      maxBytes: 1_000_000,
      maxFiles: 5,
      reapAfterMs: 1000,
      warn(error) {
        throw error;
      },
    });
    const proofs = createProofs({
      secrets,
      audience: 'inlet',
      lifetimeSeconds: 1800,
      claims: ledger,
      clock,
      randomId: randomUUID,
    });
    const service = createFeedbackService({
      store: over.store ?? store,
      outbox: createSqliteOutbox(database),
      relay: { publish() {}, sweep: async () => 0, flush: async () => {} },
      uploads,
      speech: { forget: async () => {} },
      owners: createAttachmentOwners(ledger),
      verification: createVerification({
        proofs,
        claims: ledger,
        subjectOf: createSubjects(secrets),
        verifiedForms: [],
        oneResponseForms: ['ballot'],
      }),
      spamCheck: { assess: async () => [], giveBack: async () => {} },
      metrics: { feedback() {}, suspicion() {} },
      clock,
      randomId: randomUUID,
      leaseMs: 1000,
    });
    const send = (proof: string, idempotencyKey?: string) =>
      service.submit({
        input: feedbackInput.parse({ form: 'ballot', message: 'Yes' }),
        attachments: uploads.receive(new AbortController().signal),
        proof,
        idempotencyKey,
        evidence: undefined,
      });
    return { send, remove: service.remove };
  }

  it('gives the proof and the response back when the record was not kept', async () => {
    const proof = await mintProof({ to: 'anna@example.org' });
    const broken = await serviceOver({ store: { ...store, put: unavailable } });
    await assert.rejects(broken.send(proof), { code: 'store_unavailable' });
    const { record } = await (await serviceOver()).send(proof);
    assert.equal(record.verified, true);
  });

  it('gives the proof back when only the response could not be taken', async () => {
    const proof = await mintProof({ to: 'anna@example.org' });
    const broken: Claims = {
      ...claims,
      claim: (name, owner, until) =>
        name.startsWith('response') ? unavailable() : claims.claim(name, owner, until),
    };
    await assert.rejects((await serviceOver({ claims: broken })).send(proof), { code: 'store_unavailable' });
    await (await serviceOver()).send(proof);
  });

  it('keeps nothing when nobody can say whether the proof was used', async () => {
    const proof = await mintProof({ to: 'anna@example.org' });
    const broken = await serviceOver({ claims: { ...claims, claim: unavailable } });
    await assert.rejects(broken.send(proof), { code: 'store_unavailable' });
    assert.deepEqual(await store.list({}, { limit: 10 }), []);
    await (await serviceOver()).send(proof);
  });

  it('keeps the proof for the retry of a request that has an idempotency key', async () => {
    const proof = await mintProof({ to: 'anna@example.org' });
    const broken = await serviceOver({ store: { ...store, put: unavailable } });
    await assert.rejects(broken.send(proof, 'a key'), { code: 'store_unavailable' });
    const { send } = await serviceOver();
    await assert.rejects(send(proof, 'another key'), { code: 'proof_used' });
    assert.equal((await send(proof, 'a key')).record.verified, true);
  });

  it('does not lock an address out: after a failure it may respond otherwise, with another proof', async () => {
    const to = 'anna@example.org';
    const broken = await serviceOver({ store: { ...store, put: unavailable } });
    await assert.rejects(broken.send(await mintProof({ to }), 'a key'), { code: 'store_unavailable' });
    const { send } = await serviceOver();
    const { record } = await send(await mintProof({ to }), 'another key');
    await assert.rejects(send(await mintProof({ to }), 'a key'), { code: 'already_responded' });
    assert.deepEqual(
      (await store.list({}, { limit: 10 })).map(({ id }) => id),
      [record.id],
    );
  });

  it('keeps the one response when one of two equal requests fails while the other succeeds', async () => {
    const to = 'anna@example.org';
    const proof = await mintProof({ to });
    let looked = 0;
    const unlucky: FeedbackStore = {
      ...store,
      put: unavailable,
      // The other request commits right after this one has looked for it, and before it lets go of anything.
      async get(id) {
        const found = await store.get(id);
        if (looked++ === 1) await (await serviceOver()).send(proof, 'a key');
        return found;
      },
    };
    await assert.rejects((await serviceOver({ store: unlucky })).send(proof, 'a key'));
    assert.equal((await store.list({}, { limit: 10 })).length, 1);
    await assert.rejects((await serviceOver()).send(await mintProof({ to })), { code: 'already_responded' });
  });

  it('lets nobody in between when a request fails whose equal has succeeded before', async () => {
    const to = 'anna@example.org';
    const proof = await mintProof({ to });
    const other = await mintProof({ to });
    const eager: Claims = {
      ...claims,
      // Another request of the same address comes at the moment at which its response is let go of.
      async release(name, owner) {
        await claims.release(name, owner);
        if (name.startsWith('response'))
          await (await serviceOver()).send(other, 'another key').catch(() => {});
      },
      async claim(name, owner, until) {
        const holder = await claims.claim(name, owner, until);
        if (!name.startsWith('response')) return holder;
        await (await serviceOver()).send(proof, 'a key');
        return unavailable();
      },
    };
    await assert.rejects((await serviceOver({ claims: eager })).send(proof, 'a key'), {
      code: 'store_unavailable',
    });
    assert.equal((await store.list({}, { limit: 10 })).length, 1);
  });

  it('does not give a proof back while nobody can say whether the record is there', async () => {
    const proof = await mintProof({ to: 'anna@example.org' });
    const silent: FeedbackStore = {
      ...store,
      async put(record) {
        await store.put(record);
        return unavailable();
      },
      get: unavailable,
    };
    await assert.rejects((await serviceOver({ store: silent })).send(proof), { code: 'store_unavailable' });
    assert.equal((await store.list({}, { limit: 10 })).length, 1);
    await assert.rejects((await serviceOver()).send(proof), { code: 'proof_used' });
  });

  it('never removes feedback without freeing its address: a removal that breaks off can be repeated', async () => {
    const to = 'anna@example.org';
    const { record } = await (await serviceOver()).send(await mintProof({ to }));
    const breaking = [
      await serviceOver({ claims: { ...claims, release: unavailable } }),
      await serviceOver({ store: { ...store, delete: unavailable } }),
    ];
    for (const { remove } of breaking) {
      await assert.rejects(remove(record.id), { code: 'store_unavailable' });
      assert.ok(await store.get(record.id), 'it can still be removed');
    }
    const { remove, send } = await serviceOver();
    await remove(record.id);
    await send(await mintProof({ to }));
  });
});
