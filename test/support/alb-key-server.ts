import { generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

interface AlbKey {
  kid: string;
  privateKey: KeyObject;
}

export interface AlbKeyServer {
  /** Without a slash at its end. */
  url: string;
  /** Paths that were asked for, in order. */
  asked: string[];
  /** Makes a key and publishes it. */
  newKey(): AlbKey;
  /** While true, every request is answered with 503. */
  unavailable: boolean;
  stop(): Promise<void>;
}

/** The place where AWS has the public keys of a region's load balancers: PEM at `/<kid>`, 403 for anything else. */
export async function startAlbKeyServer(): Promise<AlbKeyServer> {
  const pems = new Map<string, string>();
  const server = createServer(({ url = '' }, outgoing) => {
    self.asked.push(url);
    const pem = pems.get(url.slice(1));
    if (self.unavailable) outgoing.writeHead(503).end();
    else if (pem) outgoing.end(pem);
    else outgoing.writeHead(403).end('<Error><Code>AccessDenied</Code></Error>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const self: AlbKeyServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    unavailable: false,
    newKey() {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const kid = randomUUID();
      pems.set(kid, String(publicKey.export({ type: 'spki', format: 'pem' })));
      return { kid, privateKey };
    },
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return self;
}

/** Base64url with the `=` at its end that RFC 7515 leaves out and load balancers don't. */
const padded = (bytes: string | Buffer) =>
  Buffer.from(bytes).toString('base64').replaceAll('+', '-').replaceAll('/', '_');

/** A token as a load balancer makes it: padded, and signed over what is padded. */
export function albToken(key: AlbKey, header: object, claims: object): string {
  const input = [{ typ: 'JWT', alg: 'ES256', kid: key.kid, ...header }, claims]
    .map((part) => padded(JSON.stringify(part)))
    .join('.');
  const signature = sign('sha256', Buffer.from(input), { key: key.privateKey, dsaEncoding: 'ieee-p1363' });
  return `${input}.${padded(signature)}`;
}
