import path from 'node:path';
import { z } from 'zod';
import { settings } from './settings.ts';
import { timeoutChainMistakes } from './timeout-chain.ts';
import { tokenSettingMistakes } from './tokens/token-setting-mistakes.ts';

const schema = z.discriminatedUnion('INLET_PLATFORM', [settings.local, settings.aws]);

export type LocalConfig = Readonly<z.output<typeof settings.local>>;
export type AwsConfig = Readonly<z.output<typeof settings.aws>>;
export type Config = LocalConfig | AwsConfig;
export type Environment = Readonly<Record<string, string | undefined>>;

/** Every mistake in the environment at once, one a line. */
export class ConfigError extends Error {
  constructor(mistakes: string[]) {
    super(
      `The configuration has ${mistakes.length} mistake(s):\n${mistakes.map((m) => `  ${m}`).join('\n')}`,
    );
    this.name = 'ConfigError';
  }
}

/** Says what is wrong with a setting without giving its value away: it may be a secret. */
function mistakeOf(name: string, value: string | undefined, expectation: string): string {
  return value === undefined
    ? `${name}: it must be set`
    : `${name}: ${expectation} (it has ${value.length} characters)`;
}

/**
 * Reads and checks the environment. Empty settings count as absent, because `KEY=` in an environment file
 * means "not set". Throws a ConfigError that names every mistake.
 */
export function loadConfig(env: Environment): Config {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''),
  );
  const parsed = schema.safeParse({ INLET_PLATFORM: 'local', ...given });
  if (!parsed.success) {
    throw new ConfigError(
      parsed.error.issues.map((issue) => {
        const name = String(issue.path[0]);
        return mistakeOf(name, given[name], issue.message);
      }),
    );
  }
  const config = parsed.data;
  const mistakes = [...timeoutChainMistakes(config), ...tokenSettingMistakes(config)];
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return Object.freeze(config);
}

/** The folder for sockets. */
export function runDir(config: Config): string {
  return path.resolve(config.INLET_RUN_DIR ?? path.join(config.INLET_DATA_DIR, 'run'));
}
