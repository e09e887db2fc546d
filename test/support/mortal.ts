/** A process that can die: what it calls through `port` is counted, and from its death on nothing comes back. */
export interface Mortal {
  port<Port extends object>(name: string, port: Port): Port;
  /** The calls so far, such as `objectStore.put`. */
  calls: string[];
  died: Promise<void>;
}

const never = () => new Promise<never>(() => {});

/** Dies before or after the given call. */
export function mortal(dieAt: number, when: 'before' | 'after'): Mortal {
  const calls: string[] = [];
  const death = Promise.withResolvers<void>();
  let isDead = false;
  const die = () => {
    isDead = true;
    death.resolve();
    return never();
  };
  return {
    calls,
    died: death.promise,
    port: (name, port) =>
      new Proxy(port, {
        get(target, method, receiver) {
          const original = Reflect.get(target, method, receiver);
          if (typeof original !== 'function') return original;
          return async (...args: unknown[]) => {
            if (isDead) return never();
            const call = calls.push(`${name}.${String(method)}`);
            if (call === dieAt && when === 'before') return die();
            const [settled] = await Promise.allSettled([Reflect.apply(original, target, args)]);
            // What the dead have opened is closed for them.
            if (settled?.status === 'fulfilled' && (isDead || call === dieAt)) settled.value?.destroy?.();
            if (isDead) return never();
            if (call === dieAt) return die();
            if (settled?.status === 'rejected') throw settled.reason;
            return settled?.value;
          };
        },
      }),
  };
}
