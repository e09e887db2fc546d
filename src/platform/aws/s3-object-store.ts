import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { AppError } from '../../app-error.ts';
import type { ObjectStore, PutOptions } from '../../uploads/object-store.ts';
import { asStoreError, isNamed, orTaken } from './aws-error.ts';
import type { ByteBudget } from './byte-budget.ts';
import { assertSameChecksum, checksumOf } from './crc32.ts';
import { createPartReader, type Part } from './part-reader.ts';
import { createMultipartTransfer } from './s3-multipart.ts';

export interface S3ObjectStoreDeps {
  s3: S3Client;
  bucket: string;
  /** Without it, S3 encrypts with keys of its own. */
  kmsKeyId?: string | undefined;
  /** At least 5 MiB, and a 10 000th of the largest file. */
  partBytes: number;
  budget: ByteBudget;
}

/**
 * Keeps objects in S3. A file that fits into one part is one PutObject; a larger one is a multipart upload
 * that sends a part while the next one fills. Full parts only: a slow client holds no connection to S3, and
 * the SDK can send a part again. Every request carries a CRC32, which S3 verifies.
 */
export function createS3ObjectStore(deps: S3ObjectStoreDeps): ObjectStore {
  const { s3, bucket, partBytes, budget } = deps;
  const encryption = deps.kmsKeyId
    ? ({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: deps.kmsKeyId } as const)
    : ({ ServerSideEncryption: 'AES256' } as const);

  /** After a failed answer the object may exist all the same. What this cannot remove is left to the reaper. */
  async function deleteQuietly(key: string): Promise<void> {
    await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key })).catch(() => {});
  }

  async function putWhole(key: string, body: Buffer, { contentType, signal, ifAbsent }: PutOptions) {
    const ChecksumCRC32 = checksumOf(body);
    const command = new PutObjectCommand({
      Bucket: bucket,
      Key: key,
      Body: body,
      ContentType: contentType,
      ChecksumCRC32,
      ...(ifAbsent && { IfNoneMatch: '*' }),
      ...encryption,
    });
    try {
      const answer = await s3.send(command, { abortSignal: signal }).catch(orTaken);
      if (answer === undefined) return false;
      assertSameChecksum(answer.ChecksumCRC32, ChecksumCRC32);
      signal.throwIfAborted();
      return true;
    } catch (error) {
      if (!ifAbsent) await deleteQuietly(key);
      throw asStoreError(error);
    }
  }

  async function putParts(
    key: string,
    first: Part,
    next: () => Promise<Part>,
    stop: AbortController,
    { contentType, signal, ifAbsent = false }: PutOptions,
  ) {
    const object = { Bucket: bucket, Key: key };
    const settings = { ContentType: contentType, ...encryption, ifAbsent };
    const transfer = createMultipartTransfer(s3, object, settings, signal);
    let inFlight = Promise.resolve();
    try {
      await transfer.begin();
      for (let part = first; ; part = await next()) {
        await inFlight;
        inFlight = transfer.send(part.bytes);
        inFlight.catch((error) => stop.abort(error));
        if (part.last) break;
      }
      await inFlight;
      const stored = await transfer.complete();
      if (!stored) await transfer.abandon();
      signal.throwIfAborted();
      return stored;
    } catch (error) {
      stop.abort(error);
      await inFlight.catch(() => {});
      await transfer.abandon();
      if (!ifAbsent) await deleteQuietly(key);
      throw error;
    }
  }

  return {
    async put(key, source, options) {
      const { expectedBytes, signal: given } = options;
      const stop = new AbortController();
      const signal = AbortSignal.any([given, stop.signal]);
      const most = 2 * partBytes;
      const reserved = expectedBytes !== undefined && expectedBytes <= partBytes ? expectedBytes : most;
      const releases = [await budget.reserve(reserved, signal)];
      const onUnderestimate = async () => {
        releases.push(await budget.reserve(most - reserved, signal));
      };
      const parts = createPartReader(source, { partBytes, expectedBytes, signal, onUnderestimate });
      try {
        const first = await parts.next();
        return first.last
          ? await putWhole(key, first.bytes, { ...options, signal })
          : await putParts(key, first, parts.next, stop, { ...options, signal });
      } catch (error) {
        parts.close();
        throw given.aborted ? given.reason : error;
      } finally {
        for (const release of releases) release();
      }
    },

    async get(key, range) {
      const Range = range && `bytes=${range.start}-${range.end}`;
      try {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key, Range }));
        if (Body instanceof Readable) return Body;
        throw new Error('S3 answered without a body');
      } catch (error) {
        if (isNamed(error, 'NoSuchKey')) throw new AppError('upload_not_found', undefined, { cause: error });
        if (isNamed(error, 'InvalidRange')) {
          throw new AppError('range_not_satisfiable', undefined, { cause: error });
        }
        throw asStoreError(error);
      }
    },

    async delete(key) {
      try {
        await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
      } catch (error) {
        throw asStoreError(error);
      }
    },

    async check() {
      try {
        await s3.send(new HeadBucketCommand({ Bucket: bucket }));
      } catch (error) {
        throw asStoreError(error);
      }
    },
  };
}
