import { AppError } from '../app-error.ts';

/** POSIX's NAME_MAX: what file systems keep of one name, so that a download can be saved under it. */
const maxNameBytes = 255;

/**
 * Characters that have no business in a name: controls (also NUL and line breaks), and the marks that
 * reorder text, with which `gpj.exe` can be made to read like a picture (Unicode TR 36, section 3.1).
 */
const forbidden = /[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/u;

/**
 * The name that a file is kept under: the last step of the path that was sent, since browsers send folders
 * along with picked ones. Throws `invalid_file_name` rather than change a name behind its owner's back.
 */
export function keptFileName(sent: string | undefined): string {
  const steps = (sent ?? '').split(/[\\/]/);
  const name = (steps.at(-1) ?? '').normalize('NFC').trim();
  if (steps.includes('..'))
    throw new AppError('invalid_file_name', 'The name must not climb folders ("..").');
  if (forbidden.test(sent ?? '')) {
    throw new AppError('invalid_file_name', 'The name has control characters or marks that reorder text.');
  }
  const bytes = Buffer.byteLength(name);
  if (bytes > maxNameBytes) {
    throw new AppError(
      'invalid_file_name',
      `The name has ${bytes} bytes in UTF-8; ${maxNameBytes} is the most.`,
    );
  }
  return name === '' || name === '.' ? 'file' : name;
}

/**
 * Restores a name out of a header that was read byte by byte (Latin-1). Browsers send UTF-8; a page in an
 * old encoding makes them send Windows-1252, which is then the best guess.
 */
export function decodeRawName(name: string): string {
  if ([...name].some((character) => character.charCodeAt(0) > 0xff)) return name;
  const bytes = Buffer.from(name, 'latin1');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}
