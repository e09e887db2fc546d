import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import readline from 'node:readline';
import { text } from 'node:stream/consumers';
import type { SlotName } from '../../../scripts/fleet/slots.ts';
import type { Weights } from '../../../scripts/fleet/traffic.ts';
import { until } from '../../support/until.ts';
import { haproxyConfig, type Target } from './haproxy-config.ts';
import type { Network } from './network.ts';
import { decodeRule, encodeRule } from './rule-code.ts';

/** What the load balancer noted of a request. */
export interface Forwarded {
  /** The target that it was sent to, or `<NOSRV>`. */
  target: string;
  status: number;
  /** HAProxy's two letters for how it ended; `--` is well. */
  ending: string;
}

export interface LoadBalancer {
  url: string;
  /** Seconds. */
  idleSeconds: number;
  forwarded: Map<string, Forwarded>;
  /** When each target was found healthy or not, in order. */
  healthChanges: { target: string; healthy: boolean; at: number }[];
  /** The listener rule, undefined if there is none. */
  rule(): Promise<Weights | undefined>;
  setRule(weights: Weights | undefined): Promise<void>;
  /** Begins to check a target and to send it requests. */
  register(slot: SlotName, id: string): Promise<void>;
  /** Sends it no new request. What is under way goes on. */
  deregister(slot: SlotName, id: string): Promise<void>;
  /** Forgets the target. */
  forget(slot: SlotName, id: string): Promise<void>;
  /**
   * Empty for a slot that the rule does not name: an ALB does not check its targets, and calls them `unused`.
   * HAProxy goes on checking them unseen, so that a slot is found healthy at once when it is named again.
   */
  healthyTargets(slot: SlotName): Promise<Set<string>>;
  stop(): Promise<void>;
}

const idleSeconds = 20;

/** Starts HAProxy in its namespace, with places for targets that are not there yet. */
export async function startLoadBalancer(
  network: Network,
  { folder, targets }: { folder: string; targets: Target[] },
): Promise<LoadBalancer> {
  const map = path.join(folder, 'rule.map');
  const socket = path.join(folder, 'haproxy.sock');
  const config = path.join(folder, 'haproxy.cfg');
  await writeFile(map, `rule ${encodeRule(undefined)}\n`);
  const listen = `${network.loadBalancer.address}:80`;
  await writeFile(
    config,
    haproxyConfig({ listen, rule: map, socket, inside: `${socket}.inside`, idleSeconds, targets }),
  );

  const child = spawn(
    'ip',
    ['netns', 'exec', network.loadBalancer.namespace, 'haproxy', '-db', '-f', config],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const ended = once(child, 'exit');
  const forwarded: LoadBalancer['forwarded'] = new Map();
  const healthChanges: LoadBalancer['healthChanges'] = [];
  readline.createInterface(child.stdout).on('line', (line) => {
    const request = /^request (\S+) (\S+) (-?\d+) (\S+)$/.exec(line);
    if (request) {
      const [, id = '', target = '', status, ending = ''] = request;
      forwarded.set(id, { target, status: Number(status), ending });
      return;
    }
    const change = /^Server slot-\w\/(\w+) is (UP|DOWN), reason:/.exec(line);
    if (change) {
      const [, target = '', state] = change;
      healthChanges.push({ target, healthy: state === 'UP', at: Date.now() });
    }
  });
  const complaints = text(child.stderr);

  async function admin(line: string): Promise<string> {
    const connection = net.connect(socket);
    connection.end(`${line}\n`);
    return (await text(connection)).trim();
  }
  /** HAProxy answers a command that worked with nothing. */
  async function command(line: string): Promise<void> {
    const answer = await admin(line);
    if (answer !== '') throw new Error(`HAProxy to "${line}": ${answer}`);
  }
  const state = (slot: SlotName, id: string, to: string) =>
    command(`set server slot-${slot}/${id} state ${to}`);

  const gone = ended.then(async () => {
    throw new Error(`HAProxy ended: ${await complaints}`);
  });
  gone.catch(() => undefined);
  await Promise.race([gone, until(async () => (await admin('show info').catch(() => '')) || undefined)]);

  async function rule(): Promise<Weights | undefined> {
    const entry = / rule (\d+)$/m.exec(await admin(`show map ${map}`));
    if (!entry) throw new Error('The map has lost its entry.');
    return decodeRule(Number(entry[1]));
  }

  return {
    url: `http://${network.loadBalancer.address}`,
    idleSeconds,
    forwarded,
    healthChanges,
    rule,
    setRule: (weights) => command(`set map ${map} rule ${encodeRule(weights)}`),
    register: (slot, id) => state(slot, id, 'ready'),
    deregister: (slot, id) => state(slot, id, 'drain'),
    forget: (slot, id) => state(slot, id, 'maint'),
    async healthyTargets(slot) {
      if ((await rule())?.[slot] === undefined) return new Set();
      const lines = (await admin(`show servers state slot-${slot}`)).split('\n');
      // Fields of version 1: the name is the 4th, whether it is up (2) the 6th, how it is held the 7th, of which
      // the flag 4 only says that it was disabled in the configuration.
      const up = lines
        .map((line) => line.split(' '))
        .filter((field) => field[5] === '2' && ['0', '4'].includes(field[6] ?? ''));
      return new Set(up.map((field) => field[3] ?? ''));
    },
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
