import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { loadConfig } from '../../src/config.ts';
import { openLocalPlatform } from '../../src/platform/local/open-local-platform.ts';
import { reapUploads } from '../../src/uploads/reaper.ts';
import { storedThings } from './checks.ts';
import type { Inlet } from './start-inlet.ts';

const dayMs = 24 * 60 * 60 * 1000;

export const sha256Of = (content: Uint8Array) => createHash('sha256').update(content).digest('hex');

/** What a process would clear away that looked at the data folder two days from now. */
export async function reapInTwoDays(dataDir: string): Promise<void> {
  const config = loadConfig({ INLET_DATA_DIR: dataDir });
  if (config.INLET_PLATFORM !== 'local') throw new Error('expected the local platform');
  const clock = () => new Date(Date.now() + 2 * dayMs);
  // Opening clears the staging folder.
  const platform = await openLocalPlatform(config, { clock, log: { warn() {} } });
  const { objectStore, uploadCatalogue: catalogue, close } = platform;
  while ((await reapUploads({ objectStore, catalogue, clock })) > 0);
  await close();
}

/** Every upload that can be seen is whole; nothing else is left once the reaper has been. */
export async function assertOnlyWholeUploads(inlet: Inlet, key: string): Promise<void> {
  await reapInTwoDays(inlet.dataDir);
  const { objects, staging, rows } = await storedThings(inlet);
  assert.deepEqual(staging, []);
  assert.deepEqual(new Set(rows.map(({ state }) => state)), new Set(rows.length > 0 ? ['complete'] : []));
  assert.deepEqual(objects.toSorted(), rows.map(({ id }) => String(id)).toSorted());
  for (const { id } of rows) await assertReadable(inlet, key, String(id));
}

/** The upload can be read, and its bytes are those of its record, and of `sha256` if it is given. */
export async function assertReadable(inlet: Inlet, key: string, id: string, sha256?: string): Promise<void> {
  const headers = { 'X-Api-Key': key };
  const described = await inlet.fetch(`/v1/uploads/${id}`, { headers });
  assert.equal(described.status, 200, `upload ${id}`);
  const upload = (await described.json()) as { sha256: string; size: number };
  const content = await inlet.fetch(`/v1/uploads/${id}/content`, { headers });
  assert.equal(content.status, 200);
  const bytes = new Uint8Array(await content.arrayBuffer());
  assert.equal(bytes.length, upload.size);
  assert.equal(sha256Of(bytes), upload.sha256);
  if (sha256 !== undefined) assert.equal(upload.sha256, sha256);
}
