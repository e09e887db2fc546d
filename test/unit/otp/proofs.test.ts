import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createProofs } from '../../../src/otp/proofs.ts';
import { createSqliteClaims } from '../../../src/platform/local/sqlite-claims.ts';
import { openDatabase } from '../../../src/platform/local/sqlite-database.ts';
import { mainMigrations } from '../../../src/platform/local/sqlite-schema.ts';
import { type TempFolder, tempFolder } from '../../support/temp-folder.ts';

const madeAt = Date.UTC(2026, 2, 1, 12);
const lifetimeSeconds = 600;
const expiry = madeAt + lifetimeSeconds * 1000;

describe('proofs', () => {
  let temporary: TempFolder;
  let database: ReturnType<typeof openDatabase>;
  let now = madeAt;
  const clock = () => new Date(now);
  beforeEach(async () => {
    temporary = await tempFolder();
    now = madeAt;
    database = openDatabase(path.join(temporary.folder, 'inlet.db'), { migrations: mainMigrations });
  });
  afterEach(async () => {
    database.close();
    await temporary.remove();
  });

  it('are good once, also for requests that check them just before they expire and use them after', async () => {
    const proofs = createProofs({
      secrets: ['a secret that is only good for tests'],
      audience: 'inlet',
      lifetimeSeconds,
      claims: createSqliteClaims(database, clock),
      clock,
      randomId: randomUUID,
    });
    const { proof } = await proofs.issue({ subject: 'a subject', channel: 'email', purpose: 'feedback' });
    now = expiry - 1;
    const proven = await proofs.check(proof, 'feedback');
    await proofs.use(proven, 'first');
    now = expiry + 5000;
    await assert.rejects(proofs.use(proven, 'second'), { code: 'proof_used' });
    await assert.rejects(proofs.check(proof, 'feedback'), { code: 'proof_expired' });
  });
});
