import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type InstanceFacts, instanceMetadata } from './instance-metadata.ts';

/** The instance metadata service of one instance, for a program that cannot tell it from EC2's. */
export interface ImdsStandIn {
  /** What AWS_EC2_METADATA_SERVICE_ENDPOINT is set to. */
  url: string;
  port: number;
  /**
   * Sets what a path below `/latest/` answers, such as `meta-data/autoscaling/target-lifecycle-state`. Undefined
   * takes the path away: EC2 answers 404 for what does not apply to an instance.
   */
  set(path: string, value: string | undefined): void;
  /**
   * What every request meets from now on: an HTTP status such as 429 (too many requests) or 503, `hang up` for
   * a connection that is cut, or undefined for the usual answer.
   */
  fail(how: number | 'hang up' | undefined): void;
  /** Makes every token that was given out invalid, as its end of life does. */
  expireTokens(): void;
  /** Resolves with the next request, as `<method> <path> <status>`, that matches. */
  next(pattern: RegExp): Promise<string>;
  stop(): Promise<void>;
}

interface Answer {
  status: number;
  body?: string;
  headers?: Record<string, string>;
}

const tokenHeader = 'x-aws-ec2-metadata-token';
const lifeHeader = 'x-aws-ec2-metadata-token-ttl-seconds';

/** The longest life of a token in seconds: six hours. */
const longestLife = 21_600;

/** Versions of the tree that clients ask for by date. cloud-init takes the first of its list that is there. */
const versions = ['1.0', '2009-04-04', '2016-09-02', '2018-09-24', '2021-03-23', 'latest'];

/**
 * Version 2 only, as `HttpTokens=required` makes it: a token by PUT with a life, 401 without a valid one, 403
 * for a request that came through a proxy, 404 for what the instance does not have. Listens on loopback.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
 */
export async function startImds(
  facts: InstanceFacts,
  { now = () => Date.now() }: { now?: () => number } = {},
): Promise<ImdsStandIn> {
  const tree = instanceMetadata(facts, now);
  const tokens = new Map<string, number>();
  const watchers = new Set<(line: string) => void>();
  let failure: number | 'hang up' | undefined;

  function answerTo(req: IncomingMessage, path: string): Answer {
    if (typeof failure === 'number') return { status: failure };
    if (req.headers['x-forwarded-for'] !== undefined) return { status: 403 };
    if (req.method === 'PUT' && path === '/latest/api/token')
      return newToken(Number(req.headers[lifeHeader]));
    if (req.method !== 'GET') return { status: 405 };
    const goodUntil = tokens.get(String(req.headers[tokenHeader]));
    if (goodUntil === undefined || now() >= goodUntil) return { status: 401 };
    const body = read(path);
    return body === undefined ? { status: 404 } : { status: 200, body };
  }

  function newToken(life: number): Answer {
    if (!Number.isInteger(life) || life < 1 || life > longestLife) return { status: 400 };
    const token = randomBytes(40).toString('base64url');
    tokens.set(token, now() + life * 1000);
    return { status: 200, body: token, headers: { [lifeHeader]: String(life) } };
  }

  function read(path: string): string | undefined {
    const [, version = '', ...rest] = path.split('/');
    if (version === '') return versions.join('\n');
    if (!versions.includes(version)) return undefined;
    const asked = rest.join('/').replace(/\/$/, '');
    const leaf = tree.get(asked);
    return leaf === undefined ? listing(asked) : leaf();
  }

  /** The names right below a path, with a slash behind those that have names below them. */
  function listing(path: string): string | undefined {
    const prefix = path === '' ? '' : `${path}/`;
    const names = new Set<string>();
    for (const key of tree.keys()) {
      if (!key.startsWith(prefix)) continue;
      const [name = '', ...below] = key.slice(prefix.length).split('/');
      names.add(below.length > 0 ? `${name}/` : name);
    }
    return names.size > 0 ? [...names].join('\n') : undefined;
  }

  const server = createServer((req, res) => {
    const path = decodeURIComponent(new URL(req.url ?? '/', 'http://imds').pathname);
    let outcome: number | string = 'hung up';
    if (failure === 'hang up') {
      req.socket.destroy();
    } else {
      const { status, body = '', headers } = answerTo(req, path);
      res.writeHead(status, { 'content-type': 'text/plain', server: 'EC2ws', ...headers }).end(body);
      outcome = status;
    }
    for (const watcher of watchers) watcher(`${req.method} ${path} ${outcome}`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    set(path, value) {
      if (value === undefined) tree.delete(path);
      else tree.set(path, () => value);
    },
    fail(how) {
      failure = how;
    },
    expireTokens: () => tokens.clear(),
    next: (pattern) =>
      new Promise((resolve) => {
        const watcher = (line: string) => {
          if (!pattern.test(line)) return;
          watchers.delete(watcher);
          resolve(line);
        };
        watchers.add(watcher);
      }),
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
