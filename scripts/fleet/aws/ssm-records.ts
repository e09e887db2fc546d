import { FleetError } from '../fleet-error.ts';
import type { AliasStore, LiveAlias } from '../live-alias.ts';
import type { Operation, OperationStore } from '../operation.ts';
import type { Parameters } from './ssm-parameters.ts';

function parse<T>(name: string, value: string): T {
  try {
    return JSON.parse(value) as T;
  } catch (cause) {
    throw new FleetError(`The parameter ${name} holds no JSON.`, {
      advice: 'Somebody else wrote it. Put its last good value back from its history.',
      cause,
    });
  }
}

/** The reasons of the judge are the only long text, and a parameter holds 4 096 bytes. */
const shortened = (text: string) => (text.length > 1000 ? `${text.slice(0, 999)}…` : text);

/** The alias in the parameter `live`; the parameter's history is the audit log. */
export function createSsmAlias(parameters: Parameters): AliasStore {
  return {
    async read() {
      const found = await parameters.get('live');
      return found && parse<LiveAlias>('live', found.value);
    },
    async write(alias) {
      await parameters.put('live', JSON.stringify({ ...alias, why: shortened(alias.why) }));
    },
    async history(limit) {
      return (await parameters.history('live', limit)).map((value) => parse<LiveAlias>('live', value));
    },
  };
}

/** The journal in the parameter `operation`. */
export function createSsmOperations(parameters: Parameters): OperationStore {
  return {
    async read() {
      const found = await parameters.get('operation');
      if (found === undefined) return { operation: undefined, revision: 0 };
      return { operation: parse<Operation>('operation', found.value), revision: found.revision };
    },
    write: (operation) =>
      parameters.put(
        'operation',
        JSON.stringify({ ...operation, reason: operation.reason && shortened(operation.reason) }),
      ),
  };
}
