import { fork } from 'node:child_process';
import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { table } from '../scripts/table.ts';
import { mannWhitney, median, ratioInterval } from './two-samples.ts';

// Asks for codes for addresses that can be reached and for addresses that cannot, in pairs whose order is drawn, and
// looks whether the times tell which is which. A control, in which one kind is answered a little late on purpose,
// shows that a difference would be seen. Only traffic on this machine; it ends by itself.

const { values } = parseArgs({ options: { pairs: { type: 'string', default: '700' } } });
const pairs = Number(values.pairs);

/** A series ends after this time at the latest, whatever the machine does meanwhile. */
const longestMs = 16_000;

/** How late the control is, in microseconds. */
const lateUs = 200;

type Kind = 'known' | 'other';
type Times = Record<Kind, number[]>;

const server = fork(path.join(import.meta.dirname, 'otp-server.ts'), { execArgv: [] });
const [port] = (await once(server, 'message')) as [number];
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

async function timed(options: http.RequestOptions, body?: string): Promise<{ ms: number; status: number }> {
  const from = process.hrtime.bigint();
  const request = http.request({ host: '127.0.0.1', port, agent, ...options });
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  await response.toArray();
  return { ms: Number(process.hrtime.bigint() - from) / 1e6, status: response.statusCode ?? 0 };
}

let count = 0;

/** Asks for a code for an address that was never seen, from a client that was never seen, so that no limit is met. */
async function request(kind: Kind, headers: http.OutgoingHttpHeaders = {}): Promise<number> {
  const n = String(count++).padStart(6, '0');
  const body = JSON.stringify({ channel: 'email', to: `visitor${n}@${kind}.example` });
  const { ms, status } = await timed(
    {
      method: 'POST',
      path: '/v1/otp',
      headers: {
        'Content-Type': 'application/json',
        'Content-Length': body.length,
        'X-Forwarded-For': `10.${Math.floor(count / 65_536)}.${Math.floor(count / 256) % 256}.${count % 256}`,
        ...headers,
      },
    },
    body,
  );
  if (status !== 202) throw new Error(`expected 202, got ${status}`);
  return ms;
}

async function series(rounds: number, measure: (kind: Kind) => Promise<number>): Promise<Times> {
  const times: Times = { known: [], other: [] };
  const deadline = performance.now() + longestMs;
  for (let i = 0; i < rounds && performance.now() < deadline; i++) {
    const order: Kind[] = Math.random() < 0.5 ? ['known', 'other'] : ['other', 'known'];
    for (const kind of order) times[kind].push(await measure(kind));
  }
  return times;
}

/** The code is sent 50 to 200 ms after its answer, at a moment that has nothing to do with the next request. */
const rest = () => delay(5);
const answered = async (kind: Kind, headers?: http.OutgoingHttpHeaders) => {
  const ms = await request(kind, headers);
  await rest();
  return ms;
};

await series(100, request);
const rows = [
  { what: 'the answer', times: await series(pairs, answered) },
  {
    what: 'another answer right after it',
    times: await series(pairs, async (kind) => {
      await request(kind);
      const { ms } = await timed({ path: '/health' });
      await rest();
      return ms;
    }),
  },
  {
    what: `control: the answer, ${lateUs} µs late for one kind`,
    times: await series(pairs, (kind) =>
      answered(kind, { 'X-Bench-Late-Us': kind === 'known' ? lateUs : 0 }),
    ),
  },
].map(({ what, times: { known, other } }) => {
  const [low, high] = ratioInterval(known, other, Math.random);
  const p = mannWhitney(known, other);
  return [
    what,
    String(known.length),
    median(known).toFixed(3),
    median(other).toFixed(3),
    (median(known) / median(other)).toFixed(3),
    `${low.toFixed(3)} to ${high.toFixed(3)}`,
    p < 0.0001 ? '< 0.0001' : p.toFixed(4),
  ];
});
const heading = ['time of', 'each', 'reachable ms', 'not reachable ms', 'ratio', '95 % of ratios', 'p'];
process.stdout.write(`${table([heading, ...rows])}\n`);
agent.destroy();
server.send('end');
await once(server, 'exit');
