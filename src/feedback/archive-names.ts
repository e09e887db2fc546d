import path from 'node:path';

/** What file systems keep of one name, in bytes (POSIX's NAME_MAX). */
const maxBytes = 255;

/**
 * A name that Windows takes too: it refuses some characters, a dot or a blank at the end, and the names of
 * devices whatever their ending ("Naming Files, Paths, and Namespaces", Microsoft Learn). Names of uploads have
 * no folders, but an archive is no place to rely on that.
 */
function safe(name: string): string {
  const clean = name.replace(/[<>:"|?*\\/\p{Cc}]/gu, '_').replace(/[. ]+$/, '');
  if (clean === '') return 'file';
  return /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(clean) ? `_${clean}` : clean;
}

/** The text up to so many bytes of UTF-8, without half a character at its end. */
function cut(text: string, bytes: number): string {
  let kept = '';
  let used = 0;
  for (const character of text) {
    used += Buffer.byteLength(character);
    if (used > bytes) break;
    kept += character;
  }
  return kept;
}

/** File names that can be unpacked side by side anywhere: safe, and unique whatever the case. */
export function archiveNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((given) => {
    const name = safe(given);
    // What is longer is no ending, but a name with a dot in it.
    const ending = Buffer.byteLength(path.extname(name)) <= 20 ? path.extname(name) : '';
    const stem = name.slice(0, name.length - ending.length);
    for (let count = 1; ; count++) {
      const tail = `${count === 1 ? '' : ` (${count})`}${ending}`;
      const candidate = `${cut(stem, maxBytes - Buffer.byteLength(tail))}${tail}`;
      const folded = candidate.normalize('NFC').toLowerCase();
      if (taken.has(folded)) continue;
      taken.add(folded);
      return candidate;
    }
  });
}
