import { mkdirSync, readdirSync, readFileSync, watch } from 'node:fs';
import path from 'node:path';

/** The data of a message that the outbox folder holds: what follows the prose for people. */
export interface Message {
  id: string;
  message: string;
  rating?: number;
  email?: string;
  uploads: { id: string }[];
}

function folderOf(dataDir: string): string {
  const folder = path.join(dataDir, 'outbox');
  mkdirSync(folder, { recursive: true });
  return folder;
}

export function messagesIn(dataDir: string): Message[] {
  const folder = folderOf(dataDir);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.txt') && !name.startsWith('code-'))
    .map((name) => readFileSync(path.join(folder, name), 'utf8'))
    .map((text) => JSON.parse(text.slice(text.lastIndexOf('\n{\n'))));
}

/** Waits for the message of a receipt. */
export function awaitMessage(dataDir: string, id: string): Promise<Message> {
  return new Promise((resolve) => {
    const watcher = watch(folderOf(dataDir), look);
    function look() {
      const found = messagesIn(dataDir).find((message) => message.id === id);
      if (found === undefined) return;
      watcher.close();
      resolve(found);
    }
    look();
  });
}
