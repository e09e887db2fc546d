import { mkdirSync, readdirSync, readFileSync, watch } from 'node:fs';
import path from 'node:path';
import { dataHeading } from '../../src/platform/local/outbox-notifier.ts';

/** A letter in the outbox, without its prose. */
export interface Letter {
  id: string;
  data: Record<string, unknown>;
}

/** Every letter in the outbox folder of a data folder, without the messages with codes. */
export function lettersIn(dataDir: string): Letter[] {
  const folder = path.join(dataDir, 'outbox');
  mkdirSync(folder, { recursive: true });
  return readdirSync(folder)
    .filter((name) => name.endsWith('.txt') && !name.startsWith('code-'))
    .map((name) => {
      const text = readFileSync(path.join(folder, name), 'utf8');
      const data = JSON.parse(text.slice(text.lastIndexOf(dataHeading) + dataHeading.length));
      return { id: name.slice(0, -'.txt'.length), data };
    });
}

/** Resolves once every one of the ids has its letter; rejects once it took longer than a process ever may. */
export function untilLettersOf(dataDir: string, ids: Iterable<string>, patienceMs = 20_000): Promise<void> {
  const missing = new Set(ids);
  lettersIn(dataDir);
  return new Promise((resolve, reject) => {
    const watcher = watch(path.join(dataDir, 'outbox'), look);
    const timer = setTimeout(() => finish(new Error(`No letters of ${[...missing].join(', ')}`)), patienceMs);
    function finish(error?: Error) {
      clearTimeout(timer);
      watcher.close();
      if (error) reject(error);
      else resolve();
    }
    function look() {
      for (const name of readdirSync(path.join(dataDir, 'outbox')))
        missing.delete(name.replace(/\.txt$/, ''));
      if (missing.size === 0) finish();
    }
    look();
  });
}
