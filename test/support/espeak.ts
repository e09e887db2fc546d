import { spawnSync } from 'node:child_process';

/** Why tests that need a voice are skipped; undefined if espeak-ng is installed. INLET_REQUIRE_ESPEAK=1: never. */
export function noEspeak(): string | undefined {
  return hasEspeak() || process.env.INLET_REQUIRE_ESPEAK === '1' ? undefined : 'espeak-ng is not installed';
}

export function hasEspeak(): boolean {
  return spawnSync('espeak-ng', ['--version'], { stdio: 'ignore' }).status === 0;
}
