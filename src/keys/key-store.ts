export const scopes = [
  'uploads:read',
  'uploads:write',
  'feedback:create',
  'feedback:read',
  'feedback:write',
  'speech:read',
  'speech:write',
  'keys:read',
] as const;
export type Scope = (typeof scopes)[number];

/** An API key at rest: its secret is not in here, only the hash of it. */
export interface KeyRecord {
  id: string;
  name: string;
  scopes: Scope[];
  /** The name of its usage plan. Without one it has no limit of its own. */
  plan?: string;
  /** SHA-256 of the secret, lower-case hexadecimal. */
  hash: string;
  /** ISO 8601, UTC. */
  createdAt: string;
  /** ISO 8601, UTC. Absent while the key is good. */
  revokedAt?: string;
}

export interface KeyStore {
  /** Enters a key. Rejects if the id is taken. */
  put(key: KeyRecord): Promise<void>;
  /** Enters a key if the store has none at all, atomically. False if it has one. */
  putFirst(key: KeyRecord): Promise<boolean>;
  get(id: string): Promise<KeyRecord | undefined>;
  /** Oldest first. */
  list(): Promise<KeyRecord[]>;
  /** Gives the key another usage plan, or none. False if there is no such key. */
  setPlan(id: string, plan: string | undefined): Promise<boolean>;
  /** False if there is no such key. Revoking twice keeps the first time. */
  revoke(id: string, at: string): Promise<boolean>;
}
