import type { Plan } from './plan.ts';

/** Where a command tells what it does: a terminal, or a machine that reads JSON. */
export interface Reporter {
  plan(plan: Plan): void;
  stepStarted(title: string, number: number, of: number): void;
  stepProgress(detail: string): void;
  stepEnded(title: string, milliseconds: number): void;
  /** Something worth knowing that is not a step. */
  note(text: string): void;
  warn(text: string): void;
  /** What the command was asked for. `text` is for people, `data` for machines. */
  result(text: string, data: unknown): void;
  failed(message: string, advice: string | undefined): void;
}
