import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SteppedInstance extends AsyncDisposable {
  /** host:port of `/metrics`. */
  target: string;
  /** Counts requests of one route and status, so many of which take `seconds`. */
  serve(requests: number, answered: { route?: string; status: number; seconds: number }): void;
  /** Resolves once the next scrape has been answered from the counters as they are. */
  scraped(): Promise<void>;
  /** All counters start anew, as on a new machine with the same address. */
  restart(): void;
}

const bounds = [0.1, 0.25, 1];

/** An instance as Prometheus sees it: the service's own metrics, which change only when a test says so. */
export async function steppedInstance(): Promise<SteppedInstance> {
  const totals = new Map<string, number>();
  const add = (series: string, count: number) => totals.set(series, (totals.get(series) ?? 0) + count);
  const server = http.createServer((_req, res) => {
    res.setHeader('content-type', 'text/plain; version=0.0.4');
    const lines = [...totals].map(([series, value]) => `${series} ${value}`);
    res.end(['inlet_build_info{version="1",commit="c",release="v1"} 1', ...lines, ''].join('\n'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    target: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    serve(requests, { route = '/v1/feedback', status, seconds }) {
      const labels = `method="POST",route="${route}"`;
      add(`inlet_http_requests_total{${labels},status="${status}"}`, requests);
      for (const bound of [...bounds, '+Inf'])
        add(
          `inlet_http_request_duration_seconds_bucket{${labels},le="${bound}"}`,
          bound === '+Inf' || seconds <= Number(bound) ? requests : 0,
        );
    },
    async scraped() {
      await once(server, 'request');
    },
    restart: () => totals.clear(),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
