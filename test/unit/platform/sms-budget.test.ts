import assert from 'node:assert/strict';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Counters } from '../../../src/ledger/counters.ts';
import { createSmsBudget } from '../../../src/platform/aws/sms-budget.ts';
import { createSqliteCounters } from '../../../src/platform/local/sqlite-counters.ts';
import { openDatabase } from '../../../src/platform/local/sqlite-database.ts';
import { mainMigrations } from '../../../src/platform/local/sqlite-schema.ts';
import { tempFolder } from '../../support/temp-folder.ts';

describe('budget for SMS', () => {
  let counters: Counters;
  let now: Date;
  let warnings: string[];
  let close: () => Promise<void>;

  beforeEach(async () => {
    const { folder, remove } = await tempFolder();
    const database = openDatabase(path.join(folder, 'inlet.db'), { migrations: mainMigrations });
    counters = createSqliteCounters(database);
    now = new Date('2026-11-30T23:59:59Z');
    warnings = [];
    close = async () => {
      database.close();
      await remove();
    };
  });
  afterEach(() => close());

  const budgetOf = (maxPrice: number, monthlyLimit: number) =>
    createSmsBudget({
      counters,
      maxPrice,
      monthlyLimit,
      clock: () => now,
      log: { warn: (_, words) => void warnings.push(words) },
    });

  async function reservations(budget: ReturnType<typeof budgetOf>): Promise<number> {
    for (let count = 0; count < 100; count++) if (!(await budget.reserve())) return count;
    assert.fail('it has no end');
  }

  for (const [maxPrice, monthlyLimit, messages, total] of [
    [0.1, 1, 10, 1000],
    [0.07, 0.7, 10, 700],
    [0.29, 0.87, 3, 870],
    // Less than a tenth of a cent counts as one.
    [0.0004, 0.01, 10, 10],
    [0.0751, 0.2, 2, 152],
  ] as const) {
    it(`of ${monthlyLimit} dollars is enough for ${messages} at ${maxPrice} dollars`, async () => {
      assert.equal(await reservations(budgetOf(maxPrice, monthlyLimit)), messages);
      assert.equal(await counters.total('sms 2026-11'), total);
    });
  }

  it('warns once when it is used up, and again in a month that is used up too', async () => {
    const budget = budgetOf(0.1, 0.2);
    assert.equal(await reservations(budget), 2);
    assert.equal(await reservations(budget), 0);
    assert.equal(warnings.length, 1);
    now = new Date('2026-12-01T00:00:00Z');
    assert.equal(await reservations(budget), 2);
    assert.equal(warnings.length, 2);
  });

  it('has room again for what is given back, in the month that it was taken from', async () => {
    const budget = budgetOf(0.1, 0.1);
    const reservation = await budget.reserve();
    assert.equal(await budget.reserve(), undefined);
    now = new Date('2026-12-01T00:00:00Z');
    await reservation?.giveBack();
    assert.deepEqual([await counters.total('sms 2026-11'), await counters.total('sms 2026-12')], [0, 0]);
    now = new Date('2026-11-30T23:59:59Z');
    assert.ok(await budget.reserve());
  });

  it('of 0 asks no ledger', async () => {
    await close();
    close = async () => undefined;
    assert.equal(await budgetOf(0.1, 0).reserve(), undefined);
    assert.deepEqual(warnings, ['SMS are stopped: INLET_SMS_MONTHLY_USD is 0']);
  });
});
