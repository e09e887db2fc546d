import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { must, run } from './run-command.ts';

const repository = path.resolve(import.meta.dirname, '..', '..');

/**
 * Tries the check of signatures of ami/provision/lib.sh on a package that was signed, with the key that is pinned,
 * with another, by a key that has expired, and after a change. Says for each whether it was accepted. Needs gpg.
 */
export async function signatureVerdicts(): Promise<
  Record<'good' | 'otherKey' | 'expired' | 'changed', boolean>
> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'inlet-signatures-'));
  const script = `
    cd "$1"
    export GNUPGHOME=$PWD/home; mkdir -m 700 home
    new_key() { gpg --batch --quiet --faked-system-time "$2" --passphrase '' --quick-generate-key "$1" ed25519 sign "$3"; }
    new_key right 20260101T000000 never; new_key other 20260101T000000 never; new_key old 20200101T000000 2020-02-01
    echo package >package
    for key in right other; do gpg --batch --local-user "=$key" --output "$key.sig" --detach-sign package; done
    gpg --batch --faked-system-time 20200102T000000 --local-user =old --output old.sig --detach-sign package
    gpg --batch --export >keys
    print() { gpg --batch --with-colons --list-keys "=$1" | awk -F : '/^fpr/ { print $10; exit }'; }
    INLET_BAKE=$2 INLET_DOWNLOADS=$1; source "$2/provision/lib.sh"
    verdict() { if (check_signature "$2" "$3" keys "$4") 2>/dev/null; then echo "$1=true"; else echo "$1=false"; fi; }
    cp package changed; echo more >>changed
    verdict good package right.sig "$(print right)"
    verdict otherKey package other.sig "$(print right)"
    verdict expired package old.sig "$(print old)"
    verdict changed changed right.sig "$(print right)"
    gpgconf --kill all`;
  try {
    const output = await must(
      'trying signatures',
      run('bash', ['-euo', 'pipefail', '-c', script, 'signatures', folder, path.join(repository, 'ami')]),
    );
    const says = (name: string) => output.split('\n').includes(`${name}=true`);
    return {
      good: says('good'),
      otherKey: says('otherKey'),
      expired: says('expired'),
      changed: says('changed'),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
