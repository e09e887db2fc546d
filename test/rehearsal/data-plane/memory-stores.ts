import type { AliasStore, LiveAlias } from '../../../scripts/fleet/live-alias.ts';
import type { Operation, OperationStore } from '../../../scripts/fleet/operation.ts';
import type { Version, Versions } from '../../../scripts/fleet/versions.ts';

/** The alias with its history, as a parameter with its versions. */
export function createMemoryAlias(): AliasStore {
  const written: LiveAlias[] = [];
  return {
    read: async () => written.at(-1),
    async write(alias) {
      written.push(alias);
    },
    history: async (limit) => written.slice(-limit).reverse(),
  };
}

/** The lock and journal, numbered as a parameter's versions are. */
export function createMemoryOperations(): OperationStore {
  let operation: Operation | undefined;
  let revision = 0;
  return {
    read: async () => ({ operation, revision }),
    async write(next) {
      operation = next;
      return ++revision;
    },
  };
}

/** Versions that are there from the beginning. */
export function createFixedVersions(descriptions: Map<number, string>): Versions {
  const version = (number: number, description: string): Version => ({
    number,
    image: `ami-${String(number).padStart(17, '0')}`,
    commit: undefined,
    build: undefined,
    createdAt: new Date(0).toISOString(),
    description,
    faults: [],
  });
  const refuse = () => Promise.reject(new Error('The versions of a rehearsal are fixed.'));
  return {
    list: async () => [...descriptions].map(([number, text]) => version(number, text)).reverse(),
    find: async (number) => {
      const text = descriptions.get(number);
      return text === undefined ? undefined : version(number, text);
    },
    create: refuse,
    remove: refuse,
  };
}
