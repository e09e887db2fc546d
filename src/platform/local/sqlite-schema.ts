/** The schema of the database with everything but the counts of requests. */
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
  // SQLite cannot change a CHECK, so the table is made anew: a notification may be held now.
  `
  CREATE TABLE feedback_next (
    id               TEXT PRIMARY KEY,
    received_at      TEXT NOT NULL,
    form             TEXT NOT NULL,
    message          TEXT NOT NULL,
    rating           INTEGER,
    name             TEXT,
    email            TEXT,
    page             TEXT,
    fields           TEXT NOT NULL, -- JSON
    uploads          TEXT NOT NULL, -- JSON
    status           TEXT NOT NULL,
    verified         INTEGER NOT NULL,
    fingerprint      TEXT NOT NULL,
    delivery_state   TEXT NOT NULL CHECK (delivery_state IN ('due', 'delivered', 'dead', 'held')),
    due_at           TEXT,          -- null unless due
    tries            INTEGER NOT NULL,
    attempts         TEXT NOT NULL, -- JSON
    search           TEXT NOT NULL, -- what is searched, in lower case
    verified_channel TEXT,          -- null unless verified
    verified_subject TEXT,
    suspicions       TEXT NOT NULL DEFAULT '[]' -- JSON
  ) STRICT;
  INSERT INTO feedback_next (id, received_at, form, message, rating, name, email, page, fields, uploads, status,
      verified, fingerprint, delivery_state, due_at, tries, attempts, search)
    SELECT id, received_at, form, message, rating, name, email, page, fields, uploads, status,
      verified, fingerprint, delivery_state, due_at, tries, attempts, search FROM feedback;
  DROP TABLE feedback;
  ALTER TABLE feedback_next RENAME TO feedback;
  CREATE INDEX feedback_newest ON feedback (received_at, id);
  CREATE INDEX feedback_due ON feedback (due_at) WHERE delivery_state = 'due';
  CREATE INDEX feedback_backlog ON feedback (received_at) WHERE delivery_state = 'due';

  CREATE TABLE claims (
    name       TEXT PRIMARY KEY,
    owner      TEXT NOT NULL,
    expires_at TEXT -- ISO 8601; null: never
  ) STRICT;
  CREATE INDEX claims_expiry ON claims (expires_at) WHERE expires_at IS NOT NULL;

  CREATE TABLE counters (
    name  TEXT PRIMARY KEY,
    total INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE otp_subjects (
    key        TEXT PRIMARY KEY,
    version    INTEGER NOT NULL,
    expires_at INTEGER NOT NULL, -- milliseconds since 1970
    subject    TEXT NOT NULL     -- JSON
  ) STRICT;
  CREATE INDEX otp_subjects_expiry ON otp_subjects (expires_at);

  ALTER TABLE keys ADD COLUMN plan TEXT;

  CREATE TABLE plans (
    name TEXT PRIMARY KEY,
    plan TEXT NOT NULL -- JSON
  ) STRICT;

  CREATE TABLE key_usage (
    key      TEXT NOT NULL,
    month    TEXT NOT NULL, -- such as 2026-11, UTC
    requests INTEGER NOT NULL,
    PRIMARY KEY (key, month)
  ) STRICT;

  CREATE TABLE key_buckets (
    key  TEXT PRIMARY KEY,
    full INTEGER NOT NULL -- microseconds since 1970 at which the bucket is full again
  ) STRICT;

  CREATE TABLE speech (
    id         TEXT PRIMARY KEY,
    created_at TEXT NOT NULL,
    version    INTEGER NOT NULL,
    due_at     TEXT,         -- null unless there is something left to do; also the lease
    speech     TEXT NOT NULL -- JSON
  ) STRICT;
  CREATE INDEX speech_due ON speech (due_at) WHERE due_at IS NOT NULL;
  CREATE INDEX speech_newest ON speech (created_at, id);
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
