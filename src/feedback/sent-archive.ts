import { Readable } from 'node:stream';
import { makeZip, predictLength } from 'client-zip';

/** A file on its way into an archive. */
export interface ArchiveFile {
  name: string;
  /** Bytes. */
  size: number;
  /** ISO 8601. */
  createdAt: string;
  open(): Promise<Readable>;
}

export interface Archive {
  /** Bytes of the whole. */
  length: bigint;
  /** Fails if a file cannot be read to its end; what came until then is no valid ZIP file. */
  content: Readable;
  /** Lets go of the file that is being read. To be called in any case. */
  close(): void;
}

/** Everything that was announced, or an error: a file that ends early must not look whole. */
async function* whole({ name, size }: ArchiveFile, bytes: Readable): AsyncIterable<Uint8Array> {
  let read = 0;
  for await (const chunk of bytes as AsyncIterable<Uint8Array>) {
    read += chunk.length;
    yield chunk;
  }
  if (read !== size) throw new Error(`${name} has ${read} bytes instead of ${size}.`);
}

/**
 * A ZIP file that is made while it is read: one file is open at a time, and nothing is kept. Files are stored
 * uncompressed, because pictures and audio are compressed already. The first file is opened right away; rejects
 * if that fails.
 */
export async function createArchive(files: readonly ArchiveFile[]): Promise<Archive> {
  let reading = await files[0]?.open();

  async function* entries() {
    for (const [index, file] of files.entries()) {
      if (index > 0) reading = await file.open();
      if (!reading) return;
      yield { name: file.name, input: whole(file, reading), lastModified: new Date(file.createdAt) };
    }
  }

  return {
    length: predictLength(files),
    content: Readable.fromWeb(makeZip(entries())),
    close: () => void reading?.destroy(),
  };
}
