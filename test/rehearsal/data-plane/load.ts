import { randomUUID } from 'node:crypto';
import { Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { type Acknowledged, type Act, createActs } from './load-acts.ts';
import type { LoadRecord } from './load-record.ts';
import { exchange } from './load-request.ts';
import type { Photo } from './photos.ts';

export interface Load {
  records: readonly LoadRecord[];
  acknowledged: Acknowledged;
  /** Requests from now on belong to this step. */
  begin(step: string): void;
  /** Resolves once every request that began in the step has ended, with what was recorded of them. */
  ended(step: string): Promise<LoadRecord[]>;
  /** Resolves once so many requests more have ended. */
  more(count: number): Promise<void>;
  /**
   * Everybody but those with a slow line falls silent once, each for about that many milliseconds after their
   * last answer: the connections behind the load balancer are idle as long. Resolves when all are back.
   */
  lull(milliseconds: number): Promise<void>;
  /** Sends so many preflights as fast as they are answered, beside all the rest. */
  rush(count: number): Promise<void>;
  stop(): Promise<void>;
}

interface LoadOptions {
  url: string;
  photos: Photo[];
  /** Visitors with one kept connection each, and a moment of thought between two requests. */
  visitors: number;
  thoughtMs: number;
  /** Visitors who come with a new connection, ask once and leave, whether others are answered or not. */
  newcomersPerSecond: number;
  /** Visitors who send one photograph after another over a slow line. */
  slowVisitors: number;
  slowSeconds: number;
  /** The load ends by itself after so many requests, or so many seconds. */
  mostRequests: number;
  mostSeconds: number;
}

/** Of a hundred things that visitors do. The rest are GETs. */
const mix = { feedback: 40, form: 3, download: 7, preflight: 20 };
/** Over how many milliseconds the ends of the pauses lie, so that some meet the moment that they are about. */
const lullSpreadMs = 20;
const kinds = Object.keys(mix) as (keyof typeof mix)[];

/** A steady mixed load. What visitors send and get is checked, and every request is recorded. */
export async function startLoad(options: LoadOptions): Promise<Load> {
  const { url, photos, visitors, thoughtMs, slowVisitors, slowSeconds } = options;
  const records: LoadRecord[] = [];
  const acknowledged: Acknowledged = { feedback: [], uploads: [] };
  const acts = createActs(photos, acknowledged);
  const deadline = Date.now() + options.mostSeconds * 1000;
  const underWay = new Map<string, number>();
  const changed = new EventTarget();
  let step = 'start';
  let stopping = false;
  /** The pause that is to be made now, and how many have made it. */
  let pause: { milliseconds: number; back: number } | undefined;

  const isOver = () => stopping || records.length >= options.mostRequests || Date.now() > deadline;

  async function perform({ kind, exchange: what, expected, check }: Act, agent: Agent): Promise<void> {
    const id = randomUUID();
    const record: LoadRecord = {
      id,
      step,
      kind,
      startedAt: Date.now(),
      endedAt: 0,
      status: undefined,
      release: undefined,
      host: undefined,
      failure: undefined,
    };
    underWay.set(record.step, (underWay.get(record.step) ?? 0) + 1);
    try {
      const answer = await exchange(url, agent, {
        ...what,
        headers: { ...what.headers, 'X-Request-Id': id },
      });
      record.status = answer.status;
      record.release = header(answer.headers['x-inlet-release']);
      record.host = header(answer.headers['x-rehearsal-host']);
      if (answer.status === expected) check(answer);
      else record.failure = `status ${answer.status}`;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      record.failure = [code, message].filter(Boolean).join(' ');
    }
    record.endedAt = Date.now();
    records.push(record);
    underWay.set(record.step, (underWay.get(record.step) ?? 0) - 1);
    changed.dispatchEvent(new Event('change'));
  }

  function nextAct(): Act {
    let number = Math.random() * 100;
    for (const kind of kinds) {
      number -= mix[kind];
      if (number < 0) return acts[kind]();
    }
    return acts.get();
  }

  async function visitor(): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    let made: typeof pause;
    await delay(Math.random() * thoughtMs);
    while (!isOver()) {
      await perform(nextAct(), agent);
      if (pause && pause !== made) {
        made = pause;
        await delay(made.milliseconds + (Math.random() - 0.5) * lullSpreadMs);
        made.back++;
      } else await delay(thoughtMs * (0.5 + Math.random()));
    }
    agent.destroy();
  }

  async function newcomers(): Promise<void> {
    const visits = new Set<Promise<void>>();
    while (!isOver()) {
      await delay(1000 / options.newcomersPerSecond);
      if (pause) continue;
      const agent = new Agent();
      const visit: Promise<void> = perform(acts.get(), agent).finally(() => {
        agent.destroy();
        visits.delete(visit);
      });
      visits.add(visit);
    }
    await Promise.all(visits);
  }

  async function slowVisitor(): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    await delay(Math.random() * slowSeconds * 1000);
    while (!isOver()) await perform(acts.slow(slowSeconds), agent);
    agent.destroy();
  }

  /** Rejects if the load is over before. */
  function until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const isDone = isSo();
        if (!isDone && !isOver()) return;
        changed.removeEventListener('change', look);
        if (isDone) resolve();
        else running.then(() => (isSo() ? resolve() : reject(new Error('The load is over.'))), reject);
      };
      changed.addEventListener('change', look);
      look();
    });
  }

  // So that there is something to download.
  const first = new Agent();
  for (let n = 0; n < 10; n++) await perform(acts.form(), first);
  first.destroy();
  const running = Promise.all([
    ...Array.from({ length: visitors }, visitor),
    ...Array.from({ length: slowVisitors }, slowVisitor),
    newcomers(),
  ]);
  // A visitor that fails at something of its own would make the load thinner without a word.
  running.catch(() => {
    stopping = true;
    changed.dispatchEvent(new Event('change'));
  });

  return {
    records,
    acknowledged,
    begin(name) {
      step = name;
    },
    async ended(name) {
      await until(() => step !== name && (underWay.get(name) ?? 0) === 0);
      return records.filter((record) => record.step === name);
    },
    async more(count) {
      const enough = records.length + count;
      await until(() => records.length >= enough);
    },
    async lull(milliseconds) {
      const made = { milliseconds, back: 0 };
      pause = made;
      await until(() => made.back === visitors);
      pause = undefined;
    },
    async rush(count) {
      let left = count;
      const one = async () => {
        const agent = new Agent({ keepAlive: true, maxSockets: 1 });
        while (left-- > 0 && !isOver()) await perform(acts.preflight(), agent);
        agent.destroy();
      };
      await Promise.all(Array.from({ length: 8 }, one));
    },
    async stop() {
      stopping = true;
      await running;
    },
  };
}

const header = (value: string | string[] | undefined) => (Array.isArray(value) ? value[0] : value);
