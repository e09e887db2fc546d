import { createHash, timingSafeEqual } from 'node:crypto';
import type { KeyRecord, KeyStore, Scope } from './key-store.ts';

/** A key as it is shown once, when it is made. */
export interface NewKey {
  /** `inlet_<id>_<secret>`. */
  secret: string;
  record: KeyRecord;
}

export interface KeyService {
  /** Whether there is a plan of that name is not checked here. */
  create(name: string, scopes: Scope[], plan?: string): Promise<NewKey>;
  /** Makes a key only if there is none yet. */
  createFirst(name: string, scopes: Scope[]): Promise<NewKey | undefined>;
  /** The key that the text is, unless it is unknown or revoked. */
  authenticate(secret: string): Promise<KeyRecord | undefined>;
  get(id: string): Promise<KeyRecord | undefined>;
  list(): Promise<KeyRecord[]>;
  /** Gives the key another plan, or none. False if there is no such key. */
  setPlan(id: string, plan: string | undefined): Promise<boolean>;
  /** False if there is no such key. */
  revoke(id: string): Promise<boolean>;
}

interface KeyServiceDeps {
  store: KeyStore;
  clock: () => Date;
  randomBytes: (size: number) => Buffer;
}

const pattern = /^inlet_([0-9a-f]{12})_([\w-]{43})$/;

/**
 * The secret has 256 random bits, so one round of SHA-256 protects it at rest: slow password hashes exist
 * for secrets that can be guessed (OWASP Password Storage Cheat Sheet).
 */
function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

export function createKeyService({ store, clock, randomBytes }: KeyServiceDeps): KeyService {
  function mint(name: string, scopes: Scope[], plan?: string): NewKey {
    const id = randomBytes(6).toString('hex');
    const secret = randomBytes(32).toString('base64url');
    const createdAt = clock().toISOString();
    const record = { id, name, scopes, ...(plan && { plan }), hash: hashOf(secret), createdAt };
    return { secret: `inlet_${id}_${secret}`, record };
  }

  return {
    async create(name, scopes, plan) {
      const key = mint(name, scopes, plan);
      await store.put(key.record);
      return key;
    },
    async createFirst(name, scopes) {
      const key = mint(name, scopes);
      return (await store.putFirst(key.record)) ? key : undefined;
    },
    async authenticate(text) {
      const [, id, secret] = pattern.exec(text) ?? [];
      if (!id || !secret) return undefined;
      const record = await store.get(id);
      const expected = Buffer.from(record?.hash ?? hashOf(''), 'hex');
      const equal = timingSafeEqual(Buffer.from(hashOf(secret), 'hex'), expected);
      return record && equal && !record.revokedAt ? record : undefined;
    },
    get: (id) => store.get(id),
    list: () => store.list(),
    setPlan: (id, plan) => store.setPlan(id, plan),
    revoke: (id) => store.revoke(id, clock().toISOString()),
  };
}
