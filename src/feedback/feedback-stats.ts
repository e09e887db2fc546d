import type { FeedbackRecord } from './feedback-record.ts';

export interface DayStats {
  /** UTC, `YYYY-MM-DD`. */
  day: string;
  form: string;
  count: number;
  /** How many gave 1, 2, 3, 4 and 5. */
  ratings: Record<'1' | '2' | '3' | '4' | '5', number>;
  /** Of those who rated, to two digits. Null if nobody did. */
  average: number | null;
}

/** Counts per day and form, newest day first. One pass, memory for days and forms only. */
export async function feedbackStats(records: AsyncIterable<FeedbackRecord>): Promise<DayStats[]> {
  const groups = new Map<string, Omit<DayStats, 'average'>>();
  for await (const { receivedAt, form, rating } of records) {
    const day = receivedAt.slice(0, 10);
    const group = groups.get(`${day} ${form}`) ?? {
      day,
      form,
      count: 0,
      ratings: { 1: 0, 2: 0, 3: 0, 4: 0, 5: 0 },
    };
    group.count++;
    if (rating !== undefined) group.ratings[rating as 1 | 2 | 3 | 4 | 5]++;
    groups.set(`${day} ${form}`, group);
  }
  return [...groups.values()]
    .map((group) => ({ ...group, average: averageOf(group.ratings) }))
    .toSorted((a, b) => b.day.localeCompare(a.day) || a.form.localeCompare(b.form));
}

function averageOf(ratings: DayStats['ratings']): number | null {
  const entries = Object.entries(ratings);
  const rated = entries.reduce((sum, [, count]) => sum + count, 0);
  const points = entries.reduce((sum, [stars, count]) => sum + Number(stars) * count, 0);
  return rated === 0 ? null : Math.round((points / rated) * 100) / 100;
}
