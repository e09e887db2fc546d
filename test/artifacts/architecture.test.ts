import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const src = path.resolve(import.meta.dirname, '../../src');

interface Source {
  /** Relative to `src`, with slashes. */
  file: string;
  text: string;
  imports: { specifier: string; typeOnly: boolean }[];
}

/** Comments and texts may speak of anything. */
function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, '');
}

function importsOf(text: string): Source['imports'] {
  const statements = text.matchAll(/^(?:import|export)\s+(type\s)?(?:[\w*{][^;]*?\sfrom\s+)?'([^']+)'/gm);
  const calls = text.matchAll(/\bimport\('([^']+)'\)/g);
  return [
    ...[...statements].map(([, type, specifier = '']) => ({ specifier, typeOnly: type !== undefined })),
    ...[...calls].map(([, specifier = '']) => ({ specifier, typeOnly: false })),
  ];
}

const sources: Source[] = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => {
    const text = readFileSync(path.join(src, file), 'utf8');
    return { file: file.replaceAll(path.sep, '/'), text, imports: importsOf(withoutComments(text)) };
  });

/** The file in `src` that a relative import names. */
const target = (from: string, specifier: string) => path.posix.join(path.posix.dirname(from), specifier);
const folderOf = (file: string) => (file.includes('/') ? (file.split('/')[0] ?? '') : '');

/** Every import that the rule forbids, as `file imports specifier`. */
function breaches(forbidden: (file: string, imported: string, typeOnly: boolean) => boolean): string[] {
  return sources.flatMap(({ file, imports }) =>
    imports
      .map(({ specifier, typeOnly }) => ({
        specifier: specifier.startsWith('.') ? target(file, specifier) : specifier,
        typeOnly,
      }))
      .filter(({ specifier, typeOnly }) => forbidden(file, specifier, typeOnly))
      .map(({ specifier }) => `${file} imports ${specifier}`),
  );
}

const features = new Set([
  'uploads',
  'feedback',
  'images',
  'otp',
  'speech',
  'spam',
  'ledger',
  'keys',
  'health',
  'tokens',
]);
const composition = new Set(['compose.ts', 'main.ts', 'collector-main.ts']);

test('the imports of every file are seen', () => {
  assert.ok(sources.length > 50);
  for (const { file, text, imports } of sources) {
    const words = withoutComments(text).match(/^import\b/gm)?.length ?? 0;
    assert.ok(imports.length >= words, file);
  }
  assert.ok(
    breaches((file, imported) => file === 'compose.ts' && imported.startsWith('platform/')).length >= 3,
  );
});

test('nothing but the composition and the edges of the processes knows of platforms', () => {
  const found = breaches(
    (file, imported) =>
      imported.startsWith('platform/') && folderOf(file) !== 'platform' && !composition.has(file),
  );
  assert.deepEqual(found, []);
});

test('only the composition knows which platforms there are', () => {
  const found = breaches(
    (file, imported) =>
      /^platform\/\w+\//.test(imported) && folderOf(file) !== 'platform' && file !== 'compose.ts',
  );
  assert.deepEqual(found, []);
});

test('the composition loads a platform only when it is asked for', () => {
  const found = breaches(
    (file, imported, typeOnly) => file === 'compose.ts' && imported === 'platform/platform.ts' && !typeOnly,
  );
  assert.deepEqual(found, []);
  const { text } = sources.find(({ file }) => file === 'compose.ts') ?? assert.fail();
  assert.doesNotMatch(text, /^import .*platform\/(aws|local)/m);
});

test('the platforms know ports, problems and configuration, and not each other', () => {
  const found = breaches((file, imported) => {
    if (folderOf(file) !== 'platform') return false;
    const own = file.split('/').slice(0, 2).join('/');
    if (imported.startsWith('platform/')) {
      return !imported.startsWith(`${own}/`) && imported !== 'platform/platform.ts';
    }
    return imported === 'compose.ts' || imported === 'app.ts' || /^(express|multer)$/.test(imported);
  });
  assert.deepEqual(found, []);
});

test('features know no platform, no AWS, and of Express only its types', () => {
  const found = breaches(
    (file, imported, typeOnly) =>
      features.has(folderOf(file)) &&
      (imported.startsWith('@aws-sdk/') ||
        imported.startsWith('@smithy/') ||
        imported === 'node:sqlite' ||
        (imported === 'express' && !typeOnly)),
  );
  assert.deepEqual(found, []);
});

test('only the AWS platform uses the AWS SDK, only the local one SQLite', () => {
  const found = breaches(
    (file, imported) =>
      (/^@(aws-sdk|smithy)\//.test(imported) && !file.startsWith('platform/aws/')) ||
      (imported === 'node:sqlite' && !file.startsWith('platform/local/')),
  );
  assert.deepEqual(found, []);
});

test('the HTTP edge knows features by their types only', () => {
  const found = breaches(
    (file, imported, typeOnly) => folderOf(file) === 'http' && features.has(folderOf(imported)) && !typeOnly,
  );
  assert.deepEqual(found, []);
});

test('Express itself is used by the HTTP edge, the application and the internal port only', () => {
  const found = breaches(
    (file, imported, typeOnly) =>
      imported === 'express' &&
      !typeOnly &&
      folderOf(file) !== 'http' &&
      !['app.ts', 'metrics/internal-app.ts'].includes(file),
  );
  assert.deepEqual(found, []);
});

test('only the edges of the processes touch `process`', () => {
  const touching = sources
    .filter(({ text }) =>
      /\bprocess\.(?!env\b.*:)/.test(withoutComments(text).replaceAll(/'[^'\n]*'|`[^`]*`/g, '')),
    )
    .map(({ file }) => file);
  assert.deepEqual(
    touching.filter((file) => !['main.ts', 'collector-main.ts'].includes(file)),
    [],
  );
});

test('nobody imports the composition but the edges of the processes', () => {
  const found = breaches((file, imported) => composition.has(imported) && !composition.has(file));
  assert.deepEqual(found, []);
});

test('there is no default export, no barrel and no import without its ending', () => {
  for (const { file, text, imports } of sources) {
    assert.doesNotMatch(text, /^export default\b/m, file);
    assert.doesNotMatch(text, /^export (\*|\{[^}]*\}) from\b/m, file);
    assert.doesNotMatch(file, /(^|\/)index\.ts$/);
    for (const { specifier } of imports) {
      if (specifier.startsWith('.')) assert.match(specifier, /\.ts$/, `${file} imports ${specifier}`);
    }
  }
});

test('file names are kebab-case, and files are short enough to be read at once', () => {
  for (const { file, text } of sources) {
    assert.match(path.posix.basename(file), /^[a-z0-9]+(-[a-z0-9]+)*(\.d)?\.ts$/);
    const lines = text.split('\n').length - 1;
    // These two are lists, one entry after another.
    if (!['settings.ts', 'errors.ts'].includes(file)) assert.ok(lines <= 220, `${file} has ${lines} lines`);
  }
});
