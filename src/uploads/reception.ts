import { AppError } from '../app-error.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { keptFileName } from './file-name.ts';
import { measure } from './measure.ts';
import type { ObjectStore } from './object-store.ts';
import { peek } from './peek.ts';
import { sniff, sniffedBytes } from './sniff.ts';
import type { UploadCatalogue, UploadRecord } from './upload-catalogue.ts';
import { outcomeOf } from './upload-outcome.ts';

/** A file on its way in. */
export interface IncomingFile {
  /** As it was sent. */
  name: string | undefined;
  declaredType: string;
  bytes: AsyncIterable<Uint8Array>;
  /** Bytes that it has at most, if the client declared any. */
  expectedBytes?: number | undefined;
  /** Lower-case hexadecimal, if the client declared one. */
  expectedSha256?: string | undefined;
}

/** The files of one request: all of them become uploads, or none does. */
export interface Reception {
  /** Stores one file, which stays invisible until `complete`. Rejects with the problem to answer with. */
  store(file: IncomingFile): Promise<void>;
  /** Shows all the files that were stored. */
  complete(metadata: Record<string, string>): Promise<UploadRecord[]>;
  /** The files that were stored so far, in the order in which they came. */
  files(): readonly UploadRecord[];
  /**
   * Removes everything that was stored, also what `complete` has shown. Never rejects. `reason` is the
   * problem that made it necessary; without one the files are just not needed.
   */
  abandon(reason?: unknown): Promise<void>;
}

export interface ReceptionDeps {
  objectStore: ObjectStore;
  catalogue: UploadCatalogue;
  metrics: Pick<Metrics, 'upload' | 'uploadBytes'>;
  clock: () => Date;
  randomId: () => string;
  allowedTypes: ReadonlySet<string>;
  maxBytes: number;
  maxFiles: number;
  /** How long an upload may stay unfinished before the reaper takes it. */
  reapAfterMs: number;
  warn(error: unknown, message: string): void;
}

/** Opens the reception for one request. `signal` aborts, with a problem, when its client is gone. */
export function openReception(deps: ReceptionDeps, signal: AbortSignal): Reception {
  const { objectStore, catalogue, metrics, clock } = deps;
  const begun: { id: string; key: string }[] = [];
  // In the order in which the files began, which is that of the form: small ones end before large ones.
  const places: (UploadRecord | undefined)[] = [];
  const stored = () => places.filter((record) => record !== undefined);
  let receivedBytes = 0;

  async function begin() {
    const id = deps.randomId();
    const upload = { id, key: `uploads/${id}` };
    await catalogue.begin(upload, new Date(clock().getTime() + deps.reapAfterMs).toISOString());
    begun.push(upload);
    return upload;
  }

  async function receive(file: IncomingFile): Promise<UploadRecord> {
    if (places.length > deps.maxFiles) {
      throw new AppError('too_many_parts', `A request may have at most ${deps.maxFiles} files.`);
    }
    const name = keptFileName(file.name);
    const { head, whole } = await peek(file.bytes, sniffedBytes);
    if (head.length === 0) throw new AppError('empty_body', `The file "${name}" has no bytes.`);
    const contentType = await sniff(head, name);
    if (!deps.allowedTypes.has(contentType)) {
      throw new AppError(
        'type_not_allowed',
        `The bytes of "${name}" are ${contentType}, which is not taken here.`,
      );
    }
    signal.throwIfAborted();
    const { id, key } = await begin();
    const measured = measure(whole, deps.maxBytes);
    try {
      await objectStore.put(key, measured.bytes, { contentType, expectedBytes: file.expectedBytes, signal });
    } finally {
      receivedBytes += measured.size();
      metrics.uploadBytes('received', measured.size());
    }
    const sha256 = measured.sha256();
    if (file.expectedSha256 && file.expectedSha256 !== sha256) {
      throw new AppError('digest_mismatch', `The SHA-256 of the received bytes is ${sha256}.`);
    }
    const { declaredType } = file;
    const createdAt = clock().toISOString();
    const size = measured.size();
    return { id, key, name, size, contentType, declaredType, sha256, createdAt, metadata: {} };
  }

  return {
    async store(file) {
      const place = places.push(undefined) - 1;
      try {
        places[place] = await receive(file);
      } catch (error) {
        // A client that left is the reason for whatever broke after it.
        throw signal.aborted ? signal.reason : error;
      }
    },
    async complete(metadata) {
      const records = stored();
      for (const record of records) {
        signal.throwIfAborted();
        record.metadata = metadata;
        if (!(await catalogue.complete(record))) {
          throw new AppError('store_unavailable', 'The upload took so long that it was given up.');
        }
      }
      // Nobody is left to tell: what was shown just now is taken back.
      signal.throwIfAborted();
      for (const { size } of records) {
        metrics.upload('complete');
        metrics.uploadBytes('stored', size);
      }
      return records;
    },
    files: stored,
    async abandon(reason) {
      if (reason !== undefined) metrics.upload(outcomeOf(reason));
      metrics.uploadBytes('wasted', receivedBytes);
      receivedBytes = 0;
      for (const { id, key } of begun.splice(0)) {
        try {
          await catalogue.condemn(id, clock().toISOString());
          await objectStore.delete(key);
          await catalogue.forget(id);
        } catch (error) {
          deps.warn(error, 'an abandoned upload stays for the reaper');
        }
      }
    },
  };
}
