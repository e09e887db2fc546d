import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../../scripts/fleet/clock.ts';
import type { Fleet } from '../../../scripts/fleet/fleet.ts';
import { createPrometheusSignals } from '../../../scripts/fleet/judge/prometheus-signals.ts';
import type { Plan } from '../../../scripts/fleet/plan.ts';
import type { Reporter } from '../../../scripts/fleet/reporter.ts';
import { runPlan } from '../../../scripts/fleet/run-plan.ts';
import { type CountedTraffic, createHaproxyTraffic } from './haproxy-traffic.ts';
import type { LoadBalancer } from './load-balancer.ts';
import { createFixedVersions, createMemoryAlias, createMemoryOperations } from './memory-stores.ts';
import type { NetnsSlots } from './netns-slots.ts';

/** The real time; but it is looked often, because here nobody pays for looking. */
const clock: Clock = {
  now: () => new Date(),
  sleep: (milliseconds, signal) => delay(Math.min(milliseconds, 500), undefined, signal && { signal }),
};

export interface RehearsedFleet extends Fleet {
  traffic: CountedTraffic;
  slots: NetnsSlots;
}

interface FleetParts {
  slots: NetnsSlots;
  balancer: LoadBalancer;
  prometheusUrl: string;
  versions: Map<number, string>;
  leastInstances: number;
}

/** Everything that the commands need, on this machine: only the signals are the ones of the real thing. */
export function composeFleet({ slots, balancer, prometheusUrl, ...more }: FleetParts): RehearsedFleet {
  return {
    name: 'rehearsal',
    slots,
    traffic: createHaproxyTraffic(balancer),
    alias: createMemoryAlias(),
    operations: createMemoryOperations(),
    versions: createFixedVersions(more.versions),
    signals: createPrometheusSignals({ url: prometheusUrl }),
    clock,
    by: 'rehearsal',
    leastInstances: more.leastInstances,
  };
}

/** Carries a plan out as `npm run fleet` does, with an administrator who says yes. */
export function carryOut(fleet: RehearsedFleet, plan: Plan, say: (line: string) => void): Promise<void> {
  let before = '';
  const reporter: Reporter = {
    plan({ subject, notes, steps }) {
      say(`fleet ${subject}`);
      for (const line of [...notes, ...steps.map(({ title }) => `- ${title}`)]) say(`  ${line}`);
    },
    stepStarted: (title, number, of) => say(`  ${number}/${of} ${title}`),
    stepProgress(detail) {
      if (detail !== before) say(`      ${detail}`);
      before = detail;
    },
    stepEnded: (_, milliseconds) => say(`      ${(milliseconds / 1000).toFixed(1)} s`),
    note: (text) => say(`  ${text}`),
    warn: (text) => say(`  warning: ${text}`),
    result: (text) => say(text),
    failed: (message) => say(message),
  };
  const context = { reporter, confirm: async () => true, signal: new AbortController().signal };
  return runPlan(fleet, plan, context);
}
