/** Minutes and seconds, as on a clock: `1:05`. */
export function clockTime(seconds) {
  const minutes = Math.floor(seconds / 60);
  return `${minutes}:${String(seconds % 60).padStart(2, '0')}`;
}

/** Says waits of `try-again-in` that way too: they can be an hour long, which nobody wants to read in seconds. */
export function withClockTimes(words) {
  return (name, values = {}) =>
    words(name, 'seconds' in values ? { ...values, seconds: clockTime(values.seconds) } : values);
}

/**
 * Counts whole seconds down to 0. `onTick(left)` is called at once and then whenever the number changes. A tab
 * that slept is right again when it wakes, because the end is a time and not a number of ticks.
 */
export function createCountdown(onTick) {
  let timer;
  let end = 0;
  let told;

  const left = () => Math.max(0, Math.ceil((end - Date.now()) / 1000));

  function tick() {
    const seconds = left();
    if (seconds === 0) stop();
    if (seconds !== told) onTick(seconds);
    told = seconds;
  }

  function stop() {
    clearInterval(timer);
    timer = undefined;
  }

  return {
    start(milliseconds) {
      stop();
      end = Date.now() + milliseconds;
      told = undefined;
      timer = setInterval(tick, 250);
      tick();
    },
    stop,
    running: () => timer !== undefined,
  };
}
