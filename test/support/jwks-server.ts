import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
} from 'jose';

/** `drop` closes connections, `unavailable` answers 503, `garbage` with a page, `hang` not at all. */
export type JwksFate = 'pass' | 'drop' | 'unavailable' | 'garbage' | 'hang';

export interface JwksServer {
  /** Without a slash at its end. What tokens have as their `iss` unless they are given another. */
  issuer: string;
  /** How often the keys were asked for. */
  fetches(): number;
  /** From now on other keys are published and used. The old ones are gone. */
  rotate(alg?: string): Promise<void>;
  become(fate: JwksFate): void;
  /** Signs a token with the newest key. It is good for an hour of the system's clock unless the claims say else. */
  sign(claims: JWTPayload, header?: Partial<JWTHeaderParameters>): Promise<string>;
  /** The newest public key. */
  publicKey(): JWK;
  stop(): Promise<void>;
}

/** An identity provider as far as Inlet sees it: a real HTTP server with a JSON Web Key Set, and its tokens. */
export async function startJwksServer(): Promise<JwksServer> {
  let fate: JwksFate = 'pass';
  let fetches = 0;
  let serial = 0;
  let current = await newKey('RS256', serial);

  const answers: Record<JwksFate, (outgoing: ServerResponse) => void> = {
    pass: (outgoing) => outgoing.end(JSON.stringify({ keys: [current.jwk] })),
    drop: (outgoing) => outgoing.destroy(),
    unavailable: (outgoing) => outgoing.writeHead(503).end(),
    garbage: (outgoing) => outgoing.end('<html>Welcome</html>'),
    hang: () => {},
  };
  const server = createServer((incoming, outgoing) => {
    if (incoming.url !== '/.well-known/jwks.json') {
      outgoing.writeHead(404).end();
      return;
    }
    fetches += 1;
    answers[fate](outgoing);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    issuer,
    fetches: () => fetches,
    async rotate(alg = 'RS256') {
      serial += 1;
      current = await newKey(alg, serial);
    },
    become(next) {
      fate = next;
    },
    sign: (claims, header) =>
      new SignJWT({ iss: issuer, exp: Math.floor(Date.now() / 1000) + 3600, ...claims })
        .setProtectedHeader({ alg: current.alg, kid: current.kid, ...header })
        .sign(current.privateKey),
    publicKey: () => current.jwk,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function newKey(alg: string, serial: number) {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const kid = `key-${serial}`;
  return { alg, kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}
