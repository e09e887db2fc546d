import { bucketAt, type MeterState, refusalOf, underPlan, verdictOf } from '../../keys/token-bucket.ts';
import { keptMonths, type Limits, monthOf, type UsageMeter } from '../../keys/usage-meter.ts';
import type { DynamoTable, Item } from './dynamo-table.ts';

const pkOf = (key: string) => `usage#${key}`;
/** The attribute with the requests of a month, such as `m202611`. */
const attributeOf = (month: string) => `m${month.replace('-', '')}`;

/** Keys of which this process remembers what it saw last. */
const mostRemembered = 10_000;

/** Unix seconds from which DynamoDB may remove what nobody has added to: no month in it is asked for any more. */
const expiryOf = (now: Date) => Math.ceil(now.getTime() / 1000) + (keptMonths + 1) * 31 * 86_400;

/**
 * Meters keys in DynamoDB. One conditional update decides about a request, and nothing is read before it: DynamoDB
 * does the updates of one item one after another, so that no request has to be tried again because of others. A
 * request that the SDK repeats because its answer was lost may count twice.
 *
 * Because time and count only ever rise under one plan, what was seen last is enough to refuse: a flood over the limit
 * costs no calls. DynamoDB takes about 1000 updates a second of one item, which bounds what one key can do.
 */
export function createDynamoUsageMeter(table: DynamoTable): UsageMeter {
  const seen = new Map<string, MeterState & { month: string }>();

  function recall(key: string, limits: Limits, now: Date): MeterState {
    const known = seen.get(key);
    const used = known?.month === monthOf(now) ? known.used : 0;
    return underPlan({ full: known?.full ?? 0, used }, limits, now);
  }

  /** Answers can overtake each other: what was further on than `known` stays. */
  function remember(key: string, month: string, known: MeterState, state: MeterState): void {
    seen.delete(key);
    seen.set(key, { month, full: Math.max(known.full, state.full), used: Math.max(known.used, state.used) });
    const [oldest] = seen.size > mostRemembered ? seen.keys() : [];
    if (oldest !== undefined) seen.delete(oldest);
  }

  return {
    async take(key, limits, now) {
      const month = monthOf(now);
      let state = recall(key, limits, now);
      for (;;) {
        const reason = refusalOf(state, limits, now);
        if (reason) return verdictOf(state, limits, now, reason);
        const item = await table.update(pkOf(key), takeOne(state, limits, now));
        // A refused update means that others were faster. What they left either refuses, or says how to go on.
        const found = item ?? (await table.get(pkOf(key))) ?? {};
        const there = { full: Number(found.full ?? 0), used: Number(found[attributeOf(month)] ?? 0) };
        state = underPlan(there, limits, now);
        remember(key, month, recall(key, limits, now), state);
        if (item) return verdictOf(state, limits, now);
      }
    },

    async count(key, now) {
      await table.update(pkOf(key), {
        update: `SET #expiresAt = :expiresAt ${countOne(now)}`,
        values: { ':expiresAt': expiryOf(now), ':one': 1 },
      });
    },

    async usage(key, now) {
      const item = (await table.get(pkOf(key))) ?? {};
      return Array.from({ length: keptMonths }, (_, back) => monthOf(now, back))
        .map((month) => ({ month, requests: Number(item[attributeOf(month)] ?? 0) }))
        .filter(({ requests }) => requests > 0);
    },
  };
}

/** Adds one to this month, and drops the month that has just become too old. */
function countOne(now: Date): string {
  return `ADD #${attributeOf(monthOf(now))} :one REMOVE #${attributeOf(monthOf(now, keptMonths))}`;
}

/**
 * A bucket that is not full becomes full one interval later; a full one, one interval from now, as does one that another
 * plan left.
 */
function takeOne(state: MeterState, limits: Limits, now: Date) {
  const bucket = bucketAt(limits, now);
  const draining = state.full >= bucket.now;
  const values: Item = {
    ':expiresAt': expiryOf(now),
    ':one': 1,
    ':now': bucket.now,
    ...(draining
      ? { ':interval': bucket.interval, ':latest': bucket.latest }
      : { ':full': bucket.now + bucket.interval, ':never': bucket.never }),
    ...(limits.quota !== undefined && { ':quota': limits.quota }),
  };
  const month = `#${attributeOf(monthOf(now))}`;
  const hasRoom = draining
    ? '#full BETWEEN :now AND :latest'
    : '(attribute_not_exists(#full) OR #full < :now OR #full > :never)';
  const hasQuota = ` AND (attribute_not_exists(${month}) OR ${month} < :quota)`;
  return {
    update: `SET #expiresAt = :expiresAt, #full = ${draining ? '#full + :interval' : ':full'} ${countOne(now)}`,
    condition: `${hasRoom}${limits.quota === undefined ? '' : hasQuota}`,
    values,
  };
}
