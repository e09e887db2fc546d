import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { syncFolder, writeBeside } from './durable-file.ts';

/**
 * The secrets that sign links: the configured ones, or else the one that `file` holds. A random one is put
 * there once, for the owner only: of several processes that start at the same moment one makes it, and all
 * read that one.
 */
export async function openLinkSecrets(configured: string[] | undefined, file: string): Promise<string[]> {
  if (configured) return configured;
  const secret = (await readSecret(file)) ?? (await makeSecret(file));
  return [secret];
}

async function makeSecret(file: string): Promise<string> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const temporary = await writeBeside(file, `${randomBytes(32).toString('base64url')}\n`);
  try {
    // Unlike rename, link never replaces a file, and what it makes visible is whole.
    await link(temporary, file);
    await syncFolder(path.dirname(file));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(temporary, { force: true });
  }
  const secret = await readSecret(file);
  if (!secret) throw new Error(`${file} was removed while it was being made.`);
  return secret;
}

/** The secret in the file, or undefined if there is no file. */
async function readSecret(file: string): Promise<string | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const secret = text.trim();
  if (secret.length < 32) throw new Error(`${file} must hold a secret of at least 32 characters.`);
  return secret;
}
