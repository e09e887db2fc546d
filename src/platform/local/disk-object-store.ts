import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, type FileHandle, link, mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { AppError, asProblem } from '../../app-error.ts';
import type { ByteRange, ObjectStore, PutOptions } from '../../uploads/object-store.ts';
import { syncFolder } from './durable-file.ts';
import { removeLeftovers } from './leftovers.ts';
import { untilAborted } from './until-aborted.ts';

interface DiskObjectStoreDeps {
  folder: string;
  clock: () => Date;
}

/**
 * Keeps objects as files below `<folder>/objects`, for their owner only. Bytes first go into
 * `<folder>/staging`, which must be on the same file system, and are renamed when they are durable, so that
 * an object is there whole or not at all. Opening removes what crashed processes left in staging.
 */
export async function createDiskObjectStore({ folder, clock }: DiskObjectStoreDeps): Promise<ObjectStore> {
  const staging = path.join(folder, 'staging');
  const objects = path.join(folder, 'objects');

  await onDisk(async () => {
    for (const each of [staging, objects]) await mkdir(each, { recursive: true, mode: 0o700 });
    await removeLeftovers(staging, clock());
  });

  /** False if the target is there already and must stay as it is. */
  async function publish(temporary: string, target: string, ifAbsent: boolean): Promise<boolean> {
    const made = await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
    if (made) await syncFolder(path.dirname(made));
    // Unlike a rename, a link fails if the name is taken (link(2)).
    if (!ifAbsent) await rename(temporary, target);
    else if (!(await linkNew(temporary, target))) return false;
    try {
      await syncFolder(path.dirname(target));
    } catch (error) {
      await rm(target, { force: true });
      throw error;
    }
    return true;
  }

  return {
    async put(key, source, { signal, ifAbsent = false }) {
      const target = fileOf(objects, key);
      const temporary = path.join(staging, randomUUID());
      try {
        await writeAll(temporary, source, signal);
        return await onDisk(() => publish(temporary, target, ifAbsent));
      } finally {
        // A rename has left nothing to remove. What fails here is removed at a later start.
        await rm(temporary, { force: true }).catch(() => {});
      }
    },

    async get(key, range?: ByteRange) {
      const file = fileOf(objects, key);
      const handle = await onDisk(() => open(file, 'r').catch(sayMissing));
      return handle.createReadStream(range);
    },

    async delete(key) {
      const file = fileOf(objects, key);
      await onDisk(() => rm(file, { force: true }));
    },

    async check() {
      await onDisk(async () => {
        for (const each of [staging, objects])
          await access(each, constants.R_OK | constants.W_OK | constants.X_OK);
      });
    },
  };
}

/** Keys are made by this service. One that would leave the folder is a mistake in it. */
function fileOf(folder: string, key: string): string {
  if (!/^[\w-]+(\/[\w-]+)*$/.test(key)) throw new RangeError(`not a key of an object: ${key}`);
  return path.join(folder, key);
}

/** Writes a new file that is durable, and as long as what came, when this resolves. */
async function writeAll(file: string, source: AsyncIterable<Uint8Array>, signal: PutOptions['signal']) {
  const handle: FileHandle = await onDisk(() => open(file, 'wx', 0o600));
  try {
    let received = 0;
    for await (const chunk of untilAborted(source, signal)) {
      await onDisk(() => handle.writeFile(chunk));
      received += chunk.length;
    }
    await onDisk(() => handle.sync());
    const { size } = await onDisk(() => handle.stat());
    if (size !== received)
      throw storeUnavailable(new Error(`${received} bytes came, ${size} are in the file`));
    signal.throwIfAborted();
  } finally {
    await onDisk(() => handle.close());
  }
}

/** False if there is a file of that name. */
async function linkNew(existing: string, name: string): Promise<boolean> {
  try {
    await link(existing, name);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function sayMissing(error: NodeJS.ErrnoException): never {
  throw error.code === 'ENOENT' ? new AppError('upload_not_found') : error;
}

const storeUnavailable = (cause: unknown) => new AppError('store_unavailable', undefined, { cause });

/** Does something with the file system and says its failures as the port wants them. */
async function onDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asProblem(error, 'store_unavailable');
  }
}
