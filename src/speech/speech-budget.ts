import { type Counters, ofMonth } from '../ledger/counters.ts';
import type { SpeechRecord } from './speech-record.ts';
import type { SpeechSynthesizer } from './speech-synthesizer.ts';

/** Characters that may be made into speech in a month (UTC), over all instances. */
export interface SpeechBudget {
  /** Whether so many characters would go over the budget. For an early answer: only `reserve` decides. */
  isShortOf(characters: number): Promise<boolean>;
  /** Sets characters aside. The counter that they are in, or undefined if there are not as many left. */
  reserve(characters: number): Promise<string | undefined>;
  /** Gives back what was set aside and not billed. */
  giveBack(reserved: { counter: string; characters: number }): Promise<void>;
}

/** More characters than any budget has. */
const boundless = 1_000_000_000_000;

interface Removing {
  budget: Pick<SpeechBudget, 'giveBack'>;
  synthesizer: Pick<SpeechSynthesizer, 'mostCharacters'>;
  clock: () => Date;
}

/**
 * Gives back what was set aside for a speech whose record was just taken from its maker. One piece stays counted if
 * the maker may be at it: the engine bills that.
 */
export async function giveBackOfRemoved(
  { reserved, maker, dueAt }: SpeechRecord,
  { budget, synthesizer, clock }: Removing,
): Promise<void> {
  if (!reserved) return;
  const isHeld = maker !== undefined && dueAt !== undefined && dueAt > clock().toISOString();
  const underWay = isHeld ? synthesizer.mostCharacters : 0;
  await budget.giveBack({ ...reserved, characters: reserved.characters - underWay });
}

interface SpeechBudgetDeps {
  counters: Counters;
  charactersPerMonth: number;
  clock: () => Date;
}

export function createSpeechBudget({ counters, charactersPerMonth, clock }: SpeechBudgetDeps): SpeechBudget {
  const thisMonth = () => ofMonth('speech', clock());
  return {
    async isShortOf(characters) {
      return (await counters.total(thisMonth())) + characters > charactersPerMonth;
    },
    async reserve(characters) {
      const counter = thisMonth();
      const { added } = await counters.add(counter, characters, charactersPerMonth);
      return added ? counter : undefined;
    },
    async giveBack({ counter, characters }) {
      // A budget that was lowered meanwhile must not keep what comes back from being counted.
      if (characters > 0) await counters.add(counter, -characters, boundless);
    },
  };
}
