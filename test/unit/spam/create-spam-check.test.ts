import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Claims } from '../../../src/ledger/claims.ts';
import { createSqliteClaims } from '../../../src/platform/local/sqlite-claims.ts';
import { openDatabase } from '../../../src/platform/local/sqlite-database.ts';
import { mainMigrations } from '../../../src/platform/local/sqlite-schema.ts';
import { createSpamCheck } from '../../../src/spam/create-spam-check.ts';
import { createFormTokens } from '../../../src/spam/form-tokens.ts';
import { createProofOfWork } from '../../../src/spam/proof-of-work.ts';
import { createRecentRate } from '../../../src/spam/recent-rate.ts';
import { solved } from '../../support/open-form.ts';
import { type TempFolder, tempFolder } from '../../support/temp-folder.ts';

const openedAt = Date.UTC(2026, 2, 1, 12);
const maxSeconds = 600;
const expiry = openedAt + maxSeconds * 1000;
const secrets = ['a secret that is only good for tests'];

describe('the spam check', () => {
  let temporary: TempFolder;
  let database: ReturnType<typeof openDatabase>;
  let now = openedAt;
  const clock = () => new Date(now);
  beforeEach(async () => {
    temporary = await tempFolder();
    now = openedAt;
    database = openDatabase(path.join(temporary.folder, 'inlet.db'), { migrations: mainMigrations });
  });
  afterEach(async () => {
    database.close();
    await temporary.remove();
  });

  it('takes a solution once, also when the form token expires while the second one is judged', async () => {
    const ledger = createSqliteClaims(database, clock);
    let isLate = false;
    const claims: Claims = {
      ...ledger,
      claim(name, owner, expiresAt) {
        if (isLate) now = expiry + 5000;
        return ledger.claim(name, owner, expiresAt);
      },
    };
    const tokens = createFormTokens({ secrets, clock, randomBytes, minSeconds: 3, maxSeconds });
    const proofOfWork = createProofOfWork({ secrets, randomInt: () => 0 });
    const check = createSpamCheck({
      tokens,
      proofOfWork,
      claims,
      rate: createRecentRate(clock),
      allowedOrigins: [],
    });
    const { token, id } = tokens.issue('feedback');
    const pow = await solved(await proofOfWork.challenge(id, 1));
    const evidence = {
      honeypot: false,
      token,
      pow,
      isForm: false,
      origin: undefined,
      ownOrigin: '',
      isSameOrigin: false,
    };
    now = expiry - 1;
    assert.deepEqual(await check.assess(evidence, 'feedback', 'first'), []);
    isLate = true;
    assert.deepEqual(await check.assess(evidence, 'feedback', 'second'), ['proof_of_work_reused']);
  });
});
