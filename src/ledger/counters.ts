/**
 * Sums that must not go over a limit, such as the characters of a month. Shared by all instances. A store that
 * cannot be reached rejects with `store_unavailable`: a budget that cannot be checked is not spent.
 */
export interface Counters {
  /**
   * Adds a whole number to the sum `name`, unless the sum would be over `limit` then: one conditional update. A
   * negative amount gives back what was not used. A sum that was never added to is 0.
   */
  add(name: string, amount: number, limit: number): Promise<{ added: boolean; total: number }>;

  total(name: string): Promise<number>;
}

/** The name of this month's sum (UTC), such as `sms 2026-11`. */
export function ofMonth(name: string, now: Date): string {
  return `${name} ${now.toISOString().slice(0, 7)}`;
}

/** Whole seconds until the next month begins (UTC). */
export function secondsLeftInMonth(now: Date): number {
  const next = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1);
  return Math.max(1, Math.ceil((next - now.getTime()) / 1000));
}
