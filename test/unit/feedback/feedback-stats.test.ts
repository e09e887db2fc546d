import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FeedbackRecord } from '../../../src/feedback/feedback-record.ts';
import { feedbackStats } from '../../../src/feedback/feedback-stats.ts';
import { aFeedback } from '../../support/records.ts';

async function* from(records: FeedbackRecord[]) {
  yield* records;
}
const at = (receivedAt: string, rest: Partial<FeedbackRecord> = {}) => aFeedback({ receivedAt, ...rest });

describe('stats of feedback', () => {
  it('groups by UTC day and form, newest day first, with the average of those who rated', async () => {
    const stats = await feedbackStats(
      from([
        at('2026-03-02T00:00:00.000Z', { rating: 5 }),
        at('2026-03-01T23:59:59.999Z', { rating: 1 }),
        at('2026-03-01T12:00:00.000Z', { rating: 2 }),
        at('2026-03-01T11:00:00.000Z', { rating: 2 }),
        at('2026-03-01T10:00:00.000Z'),
        at('2026-03-01T09:00:00.000Z', { form: 'contact' }),
      ]),
    );
    const none = { 1: 0, 2: 0, 3: 0, 4: 0, 5: 0 };
    assert.deepEqual(stats, [
      { day: '2026-03-02', form: 'feedback', count: 1, ratings: { ...none, 5: 1 }, average: 5 },
      { day: '2026-03-01', form: 'contact', count: 1, ratings: none, average: null },
      { day: '2026-03-01', form: 'feedback', count: 4, ratings: { ...none, 1: 1, 2: 2 }, average: 1.67 },
    ]);
  });

  it('of nothing is nothing', async () => {
    assert.deepEqual(await feedbackStats(from([])), []);
  });
});
