import { setTimeout as delay } from 'node:timers/promises';
import { command } from './command.ts';

/** Every namespace and interface that the rehearsal makes begins so, and nothing else does. */
export const prefix = 'inlet-dp-';

export async function listNamespaces(): Promise<string[]> {
  const listed = JSON.parse((await command('ip', '-json', 'netns', 'list')) || '[]') as { name: string }[];
  return listed.map(({ name }) => name).filter((name) => name.startsWith(prefix));
}

async function pidsIn(namespace: string): Promise<number[]> {
  const printed = await command('ip', 'netns', 'pids', namespace);
  return printed.split('\n').filter(Boolean).map(Number);
}

/** Kills every process in a namespace at once, and waits until none is left: PM2 would start workers again. */
export async function killAllIn(namespace: string): Promise<void> {
  for (;;) {
    const pids = await pidsIn(namespace);
    if (pids.length === 0) return;
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    }
    await delay(20);
  }
}

/** Ends the processes of a namespace and removes it, with the ends of cables that are in it. */
export async function removeNamespace(namespace: string): Promise<void> {
  await killAllIn(namespace);
  await command('ip', 'netns', 'delete', namespace);
}
