import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  ListMultipartUploadsCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { asStoreError, orTaken } from './aws-error.ts';
import { assertSameChecksum, checksumOf, compositeChecksumOf } from './crc32.ts';

/** One multipart upload. What fails rejects with `store_unavailable` or, if it is a fault, as it is. */
export interface MultipartTransfer {
  begin(): Promise<void>;
  /** Sends the next part. One at a time. */
  send(bytes: Buffer): Promise<void>;
  /** With true; or with false if there is an object already and the upload must leave it as it is. */
  complete(): Promise<boolean>;
  /** Removes the parts that S3 holds. Never rejects: what it cannot remove falls to the bucket's lifecycle. */
  abandon(): Promise<void>;
}

export interface MultipartSettings extends Partial<CreateMultipartUploadCommandInput> {
  ifAbsent: boolean;
}

/** `signal` stops every request but the cleaning up. */
export function createMultipartTransfer(
  s3: S3Client,
  object: { Bucket: string; Key: string },
  { ifAbsent, ...settings }: MultipartSettings,
  signal: AbortSignal,
): MultipartTransfer {
  const parts: Array<CompletedPart & { ChecksumCRC32: string }> = [];
  let UploadId: string | undefined;
  let size = 0;
  /** An answer was lost, or none came: S3 may hold a second upload whose id nobody knows. */
  let mayHaveTwin = true;

  const orStoreError = (error: unknown): never => {
    throw asStoreError(error);
  };

  async function abortUpload(id: string | undefined): Promise<void> {
    if (id === undefined) return;
    await s3.send(new AbortMultipartUploadCommand({ ...object, UploadId: id })).catch(() => {});
  }

  /** No two transfers share a key, so every open upload of the key is one of ours. */
  async function abortTwins(): Promise<void> {
    const found = await s3
      .send(new ListMultipartUploadsCommand({ Bucket: object.Bucket, Prefix: object.Key }))
      .catch(() => undefined);
    const twins = found?.Uploads?.filter(({ Key }) => Key === object.Key) ?? [];
    await Promise.all(twins.map((twin) => abortUpload(twin.UploadId)));
  }

  return {
    async begin() {
      const command = new CreateMultipartUploadCommand({
        ...object,
        ...settings,
        ChecksumAlgorithm: 'CRC32',
        ChecksumType: 'COMPOSITE',
      });
      const answer = await s3.send(command, { abortSignal: signal }).catch(orStoreError);
      UploadId = answer.UploadId;
      mayHaveTwin = answer.$metadata.attempts !== 1;
    },

    async send(bytes) {
      const [PartNumber, ChecksumCRC32] = [parts.length + 1, checksumOf(bytes)];
      const command = new UploadPartCommand({ ...object, UploadId, PartNumber, Body: bytes, ChecksumCRC32 });
      const answer = await s3.send(command, { abortSignal: signal }).catch(orStoreError);
      assertSameChecksum(answer.ChecksumCRC32, ChecksumCRC32);
      parts.push({ PartNumber, ChecksumCRC32, ETag: answer.ETag });
      size += bytes.length;
    },

    async complete() {
      const command = new CompleteMultipartUploadCommand({
        ...object,
        UploadId,
        MultipartUpload: { Parts: parts },
        ChecksumType: 'COMPOSITE',
        MpuObjectSize: size,
        ...(ifAbsent && { IfNoneMatch: '*' }),
      });
      const answer = await s3.send(command, { abortSignal: signal }).catch(orTaken).catch(orStoreError);
      if (answer === undefined) return false;
      assertSameChecksum(
        answer.ChecksumCRC32,
        compositeChecksumOf(parts.map(({ ChecksumCRC32 }) => ChecksumCRC32)),
      );
      if (mayHaveTwin) await abortTwins();
      return true;
    },

    async abandon() {
      await abortUpload(UploadId);
      if (mayHaveTwin) await abortTwins();
    },
  };
}
