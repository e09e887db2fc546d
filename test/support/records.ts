import { randomUUID } from 'node:crypto';
import type { FeedbackRecord } from '../../src/feedback/feedback-record.ts';
import type { KeyRecord } from '../../src/keys/key-store.ts';
import type { Plan } from '../../src/keys/plan.ts';
import type { UploadRecord } from '../../src/uploads/upload-catalogue.ts';

/** A complete upload with an id of its own. */
export function anUpload(overrides: Partial<UploadRecord> = {}): UploadRecord {
  const id = overrides.id ?? randomUUID();
  return {
    id,
    key: `uploads/${id}`,
    name: 'holiday.jpg',
    size: 12_345,
    contentType: 'image/jpeg',
    declaredType: 'application/octet-stream',
    sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    createdAt: '2026-03-01T12:00:00.000Z',
    metadata: { album: 'summer' },
    ...overrides,
  };
}

/** Feedback with an id of its own, whose notification is due since it was received. */
export function aFeedback(overrides: Partial<FeedbackRecord> = {}): FeedbackRecord {
  const receivedAt = overrides.receivedAt ?? '2026-03-01T12:00:00.000Z';
  return {
    id: randomUUID(),
    receivedAt,
    form: 'feedback',
    message: 'The map on the contact page is out of date.',
    fields: {},
    uploads: [],
    status: 'new',
    verified: false,
    suspicions: [],
    fingerprint: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    delivery: { state: 'due', dueAt: receivedAt, tries: 0, attempts: [] },
    ...overrides,
  };
}

/** An API key with an id of its own. */
export function aKey(overrides: Partial<KeyRecord> = {}): KeyRecord {
  return {
    id: randomUUID(),
    name: 'front desk',
    scopes: ['feedback:read', 'feedback:write'],
    hash: '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',
    createdAt: '2026-03-01T12:00:00.000Z',
    ...overrides,
  };
}

/** A usage plan without any limit but its bucket. */
export function aPlan(overrides: Partial<Plan> = {}): Plan {
  return { name: 'standard', rate: 10, burst: 20, ...overrides };
}
