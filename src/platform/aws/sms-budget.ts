import { type Counters, ofMonth } from '../../ledger/counters.ts';

/** What one SMS may cost at most, set aside from the month's budget. */
export interface Reservation {
  /** Makes the amount available again, for an SMS that was certainly not sent. */
  giveBack(): Promise<void>;
}

export interface SmsBudget {
  /**
   * Sets the price of one SMS aside. Undefined if the month (UTC) has too little left. Rejects if the counters
   * cannot be reached: nothing may be sent then.
   */
  reserve(): Promise<Reservation | undefined>;
}

interface SmsBudgetDeps {
  counters: Counters;
  /** US dollars. */
  maxPrice: number;
  /** US dollars a month. 0 stops all SMS. */
  monthlyLimit: number;
  clock: () => Date;
  log: { warn(obj: object, msg: string): void };
}

/** In tenths of a cent, as counters add whole numbers. The digits that binary fractions add do not count. */
const tenthsOfCents = (usd: number) => Number((usd * 1000).toFixed(3));

/**
 * The ledger of what SMS may cost, shared by all instances. It sets aside the highest price that each may have, so
 * what AWS bills is never more than the limit, and usually less. Warns once a process and month when it is used up.
 */
export function createSmsBudget({ counters, maxPrice, monthlyLimit, clock, log }: SmsBudgetDeps): SmsBudget {
  const price = Math.ceil(tenthsOfCents(maxPrice));
  const limit = Math.floor(tenthsOfCents(monthlyLimit));
  let usedUp: string | undefined;

  function refuse(month: string): undefined {
    if (usedUp === month) return;
    usedUp = month;
    const stopped = 'SMS are stopped: INLET_SMS_MONTHLY_USD is 0';
    const empty =
      'the budget for SMS is used up: none is sent until INLET_SMS_MONTHLY_USD is raised or the month ends';
    log.warn({ budgetUsd: monthlyLimit, ledger: month }, limit === 0 ? stopped : empty);
  }

  return {
    async reserve() {
      const month = ofMonth('sms', clock());
      if (limit === 0) return refuse(month);
      const { added } = await counters.add(month, price, limit);
      if (!added) return refuse(month);
      usedUp = undefined;
      return {
        async giveBack() {
          await counters.add(month, -price, limit);
        },
      };
    },
  };
}
