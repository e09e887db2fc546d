import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { FleetError } from '../../../../scripts/fleet/fleet-error.ts';
import { compareSlots } from '../../../../scripts/fleet/judge/compare-slots.ts';
import { judgeRules } from '../../../../scripts/fleet/judge/judge-rules.ts';
import { createPrometheusQuery } from '../../../../scripts/fleet/judge/prometheus-query.ts';
import { createPrometheusSignals } from '../../../../scripts/fleet/judge/prometheus-signals.ts';

type Answer = (req: http.IncomingMessage, res: http.ServerResponse) => void;

/** Something at an address of Prometheus that answers in its own way. */
async function answering(answer: Answer): Promise<AsyncDisposable & { url: string; host: string }> {
  const server = http.createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    url: `http://${host}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const json =
  (status: number, body: unknown): Answer =>
  (_req, res) => {
    res.writeHead(status, { 'content-type': 'application/json' });
    res.end(JSON.stringify(body));
  };

const empty = { status: 'success', data: { resultType: 'vector', result: [] } };

async function rejectsWith(answer: Answer, message: RegExp, advice: RegExp): Promise<void> {
  await using server = await answering(answer);
  const query = createPrometheusQuery({ url: server.url, timeoutMs: 5000 });
  await assert.rejects(query('up', new Date()), (error: unknown) => {
    assert.ok(error instanceof FleetError);
    assert.match(error.message, message);
    assert.match(error.advice ?? '', advice);
    return true;
  });
}

describe('a query to Prometheus that fails says what to do', () => {
  it('when Prometheus refuses it', () =>
    rejectsWith(
      json(422, {
        status: 'error',
        errorType: 'execution',
        error: 'query processing would load too many samples',
      }),
      /refused the query \(execution\): query processing would load too many samples/,
      /--query\.max-samples/,
    ));

  it('when a part of the data is missing', () =>
    rejectsWith(
      json(200, { ...empty, warnings: ['remote store 2 timed out'] }),
      /only a part of the data: remote store 2 timed out/,
      /ask again/,
    ));

  it('when a proxy wants a password', () =>
    rejectsWith(
      (_req, res) => res.writeHead(401).end('<html>no</html>'),
      /answered 401/,
      /user and the password/,
    ));

  it('when the path leads elsewhere', () =>
    rejectsWith((_req, res) => res.writeHead(404).end('not found'), /answered 404/, /path prefix/));

  it('when the answer is cut off', () =>
    rejectsWith(
      (_req, res) => {
        res.writeHead(200, { 'content-length': '1000' });
        res.write('{"status":"succ', () => res.destroy());
      },
      /cannot be reached/,
      /Check its address/,
    ));

  it('when the result is of a kind that was not asked for', () =>
    rejectsWith(
      json(200, { status: 'success', data: { resultType: 'scalar', result: [1, '1'] } }),
      /no result of a query/,
      /^$/,
    ));

  it('when it takes too long', async () => {
    await using server = await answering(() => {});
    const query = createPrometheusQuery({ url: server.url, timeoutMs: 50 });
    await assert.rejects(query('up', new Date()), /did not answer within 50 ms/);
  });

  it('when nobody is there', async () => {
    const gone = await answering(() => {});
    await gone[Symbol.asyncDispose]();
    await assert.rejects(createPrometheusQuery({ url: gone.url })('up', new Date()), /cannot be reached/);
  });

  it('when the address is none', () => {
    for (const url of ['', 'prometheus:9090', 'ftp://prometheus'])
      assert.throws(() => createPrometheusQuery({ url }), FleetError);
  });
});

describe('the address of Prometheus', () => {
  it('may have a path prefix, and a password, which goes into a header and into no message', async () => {
    const seen: (string | undefined)[] = [];
    await using server = await answering((req, res) => {
      seen.push(req.url, req.headers.authorization);
      json(503, { status: 'error', errorType: 'unavailable', error: 'starting' })(req, res);
    });
    const query = createPrometheusQuery({ url: `http://me:s%3Acret@${server.host}/prom` });
    await assert.rejects(query('up', new Date()), (error: Error) => !error.message.includes('cret'));
    assert.deepEqual(seen, ['/prom/api/v1/query', `Basic ${Buffer.from('me:s:cret').toString('base64')}`]);
  });
});

describe('the verdict while the source fails', () => {
  const window = { from: new Date('2026-01-01T10:00:00Z'), to: new Date('2026-01-01T10:10:00Z') };
  const compare = (url: string) =>
    compareSlots({
      signals: createPrometheusSignals({ url }),
      live: 'a',
      canary: 'b',
      window,
      rules: judgeRules(),
      names: { live: 'v7', canary: 'v8' },
    });

  it('is inconclusive, never a pass, and says why', async () => {
    await using server = await answering(
      json(503, { status: 'error', errorType: 'unavailable', error: 'starting' }),
    );
    const { outcome, reasons } = await compare(server.url);
    assert.equal(outcome, 'inconclusive');
    assert.match(reasons[0] ?? '', /^Prometheus: .*refused the query \(unavailable\): starting\. Ask again/);
  });

  it('is inconclusive where counters hold NaN', async () => {
    const labels = { slot: 'a', method: 'GET', route: '/', status: '200' };
    await using server = await answering((req, res) => {
      let body = '';
      req.on('data', (chunk) => {
        body += chunk;
      });
      req.on('end', () => {
        const isRange = /\[600000ms\]/.test(decodeURIComponent(body)) && !/increase/.test(body);
        const result = { resultType: 'matrix', result: [{ metric: labels, values: [[1, 'NaN']] }] };
        json(200, isRange ? { status: 'success', data: result } : empty)(req, res);
      });
    });
    const { outcome, reasons } = await compare(server.url);
    assert.equal(outcome, 'inconclusive');
    assert.match(reasons[0] ?? '', /holds something that is no count/);
  });
});
