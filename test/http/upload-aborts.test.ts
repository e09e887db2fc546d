import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertNothingStays, assertStillServes, endedUploads, storedThings } from '../support/checks.ts';
import { chunk, filePart, formType, multipart, uploadHead } from '../support/multipart.ts';
import { openRaw } from '../support/raw-request.ts';
import { jpeg } from '../support/samples.ts';
import { startInlet } from '../support/start-inlet.ts';
import { until } from '../support/until.ts';
import { uploadClient, uploadOf } from '../support/upload-client.ts';

const maxBytes = 10 * 1024 ** 2;
const inlet = await startInlet({ INLET_MAX_UPLOAD_BYTES: String(maxBytes) });
const client = uploadClient(inlet);
after(() => inlet.stop());

const MiB = 1024 ** 2;
const piece = new Uint8Array(MiB);
const chunked = { 'Transfer-Encoding': 'chunked' };
const formStart = multipart([filePart(jpeg())], { end: false }).subarray(0, -2);

/** Begins an upload and waits until the process has told to go on, so that it surely knows of it. */
async function begin(headers: Record<string, string>, start: Uint8Array) {
  const connection = await openRaw(inlet.port);
  await connection.send(uploadHead({ ...headers, ...chunked, Expect: '100-continue' }));
  await connection.until('100 Continue');
  await connection.send(chunk(start));
  return connection;
}

test('a good client is served while many uploads around it are cut off', async () => {
  const ended = await endedUploads(inlet);
  const broken = await Promise.all(
    Array.from({ length: 60 }, (_, place) =>
      place % 2 === 0 ? begin({}, jpeg(50_000)) : begin({ 'Content-Type': formType }, formStart),
    ),
  );
  const uploads = await Promise.all([
    ...broken.map(async (connection, place) => {
      await connection.send(chunk(piece.subarray(0, 1000 * (place + 1))));
      if (place % 3 === 0) connection.reset();
      else connection.destroy();
    }),
    ...Array.from({ length: 20 }, async (_, place) => {
      const photo = jpeg(100_000 + place, place);
      const upload = await uploadOf(await client.raw(photo));
      assert.deepEqual(await client.content(upload.id), photo);
      return upload.id;
    }),
  ]);
  const kept = uploads.filter((id) => id !== undefined);
  assert.equal(kept.length, 20);
  await until(async () => (await storedThings(inlet)).rows.length === kept.length || undefined);
  assert.deepEqual((await storedThings(inlet)).objects.sort(), kept.sort());
  await client.remove(...kept);
  await assertNothingStays(inlet, ended + 60 + 20);
  assert.equal(await inlet.metric('inlet_uploads_total', { outcome: 'client_abort' }), 60);
});

test('a hundred broken uploads of 20 MB, cut off or too large, leave no memory behind', async () => {
  /** Node's heap may grow a little under any load; holding even four of these uploads would exceed this. */
  const mostGrowth = 80 * MiB;

  async function wave(count: number): Promise<void> {
    await Promise.all(
      Array.from({ length: count }, async (_, place) => {
        const tooLarge = place % 2 === 0;
        const headers: Record<string, string> = place % 4 < 2 ? {} : { 'Content-Type': formType };
        const connection = await begin(headers, place % 4 < 2 ? jpeg() : formStart);
        // The cut-off ones stay below what is taken as one file, so that they are not refused before.
        const sent = tooLarge ? 20 : 9;
        for (let at = 0; at < sent; at++) await connection.send(chunk(piece));
        if (tooLarge) {
          const answer = await connection.answer();
          assert.equal(answer.status, 413);
          connection.destroy();
        } else connection.reset();
      }),
    );
  }

  const ended = await endedUploads(inlet);
  await wave(20);
  await assertNothingStays(inlet, ended + 20);
  const before = await inlet.residentBytes();
  for (let round = 1; round <= 5; round++) {
    await wave(20);
    await assertNothingStays(inlet, ended + 20 * (round + 1));
  }
  const growth = (await inlet.residentBytes()) - before;
  assert.ok(growth < mostGrowth, `${Math.round(growth / MiB)} MiB more than before`);
  await assertStillServes(inlet);
});
