/** A sample of a counter: seconds since 1970, and its value in Prometheus's notation. */
export type CounterSample = readonly [seconds: number, value: string];

/**
 * By how much a counter grew over some samples, in order. `before` is its last value before them; a counter that
 * had none came into being among them, and started at 0. A value below its predecessor is a restart from 0.
 *
 * PromQL's `increase` is not used for this. It stretches what it finds to the edges of the window, so that its
 * results are no whole numbers, and it takes the first value of a new counter for its start. The first errors of
 * a version are just that: the first value of a counter that nobody had seen.
 * Source: "increase" in the documentation of Prometheus's query functions.
 *
 * Throws a RangeError for a value that is not a finite number.
 */
export function counterIncrease(samples: readonly CounterSample[], before: string | undefined): number {
  let last = before === undefined ? 0 : readValue(before);
  let increase = 0;
  for (const [, text] of samples) {
    const value = readValue(text);
    increase += value >= last ? value - last : value;
    last = value;
  }
  return increase;
}

function readValue(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value))
    throw new RangeError(`${text} is no value of a counter.`);
  return value;
}
