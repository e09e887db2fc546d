/** The schema of the database with uploads, feedback and keys. */
export const mainMigrations: readonly string[] = [
  `
  CREATE TABLE uploads (
    id            TEXT PRIMARY KEY,
    key           TEXT NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('begun', 'complete', 'condemned')),
    reap_at       TEXT, -- null once complete
    name          TEXT,
    size          INTEGER,
    content_type  TEXT,
    declared_type TEXT,
    sha256        TEXT,
    created_at    TEXT,
    metadata      TEXT  -- JSON
  ) STRICT;
  CREATE INDEX uploads_newest ON uploads (created_at, id) WHERE state = 'complete';
  CREATE INDEX uploads_reapable ON uploads (reap_at) WHERE reap_at IS NOT NULL;

  CREATE TABLE feedback (
    id             TEXT PRIMARY KEY,
    received_at    TEXT NOT NULL,
    form           TEXT NOT NULL,
    message        TEXT NOT NULL,
    rating         INTEGER,
    name           TEXT,
    email          TEXT,
    page           TEXT,
    fields         TEXT NOT NULL, -- JSON
    uploads        TEXT NOT NULL, -- JSON
    status         TEXT NOT NULL,
    verified       INTEGER NOT NULL,
    fingerprint    TEXT NOT NULL,
    delivery_state TEXT NOT NULL CHECK (delivery_state IN ('due', 'delivered', 'dead')),
    due_at         TEXT,          -- null unless due
    tries          INTEGER NOT NULL,
    attempts       TEXT NOT NULL, -- JSON
    search         TEXT NOT NULL  -- what is searched, in lower case
  ) STRICT;
  CREATE INDEX feedback_newest ON feedback (received_at, id);
  CREATE INDEX feedback_due ON feedback (due_at) WHERE delivery_state = 'due';
  CREATE INDEX feedback_backlog ON feedback (received_at) WHERE delivery_state = 'due';

  CREATE TABLE keys (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    scopes     TEXT NOT NULL, -- JSON
    hash       TEXT NOT NULL,
    created_at TEXT NOT NULL,
    revoked_at TEXT
  ) STRICT;
  `,
];

/** The schema of the database with the counts of requests. Its columns are those of rate-limiter-flexible. */
export const limitsMigrations: readonly string[] = [
  `
  CREATE TABLE limits (
    key    TEXT PRIMARY KEY,
    points INTEGER NOT NULL DEFAULT 0,
    expire INTEGER -- milliseconds since 1970
  ) STRICT;
  CREATE INDEX limits_expire ON limits (expire);
  `,
];
