import { InvalidArgumentError } from 'commander';

const unitMs = { s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds from a time such as `30s`, `10m` or `2h`. */
export function parseDuration(text: string): number {
  const [, count, unit] = /^(\d{1,6})([smh])$/.exec(text) ?? [];
  if (count === undefined) throw new InvalidArgumentError('Expected a time such as 30s, 10m or 2h.');
  return Number(count) * unitMs[unit as keyof typeof unitMs];
}

/** A version's number from `8` or `v8`. */
export function parseVersion(text: string): number {
  const [, digits] = /^v?([1-9]\d{0,9})$/.exec(text) ?? [];
  if (digits === undefined)
    throw new InvalidArgumentError('Expected the number of a version, such as 8. `$Latest` is none.');
  return Number(digits);
}

export function parseWeight(text: string): number {
  if (!/^\d{1,4}$/.test(text) || Number(text) < 1 || Number(text) > 99)
    throw new InvalidArgumentError('Expected percent, a whole number from 1 to 99.');
  return Number(text);
}

export const collectWeights = (text: string, before: number[]): number[] => [
  ...before,
  ...text.split(',').map((one) => parseWeight(one.trim())),
];

export function parseCount(text: string): number {
  if (!/^\d{1,4}$/.test(text)) throw new InvalidArgumentError('Expected a whole number.');
  return Number(text);
}

/** `Key=Value`, repeatable. */
export function collectParameters(text: string, before: Record<string, string>): Record<string, string> {
  const [, key, value] = /^([A-Za-z0-9]+)=(.*)$/s.exec(text) ?? [];
  if (key === undefined) throw new InvalidArgumentError('Expected Name=Value.');
  return { ...before, [key]: value ?? '' };
}

/** A share from percent, such as 0.01 from `1`. */
export function parsePercent(text: string): number {
  const percent = Number(text);
  if (text.trim() === '' || !(percent >= 0 && percent <= 100))
    throw new InvalidArgumentError('Expected percent, from 0 to 100.');
  return percent / 100;
}
