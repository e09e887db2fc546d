import { readdir, readFile, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

type Figure = string | number | boolean | null | Figure[] | { [name: string]: Figure };

/** `bootToHealthySeconds` as people write it: `boot to healthy seconds`. */
const words = (name: string) => name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, ' ').toLowerCase();

function shown(figure: Figure): string {
  if (Array.isArray(figure)) return figure.map(shown).join(', ');
  return typeof figure === 'number' ? figure.toLocaleString('en').replaceAll(',', ' ') : String(figure);
}

/** A row for each figure, named by the way to it. */
function rowsOf(name: string, figure: Figure): string[] {
  if (figure === null || typeof figure !== 'object' || Array.isArray(figure))
    return [`| ${name} | ${shown(figure)} |`];
  return Object.entries(figure).flatMap(([key, value]) =>
    rowsOf(name ? `${name}: ${words(key)}` : words(key), value),
  );
}

/** What the parts of a rehearsal measured, as tables. */
export function reportText(parts: Record<string, Figure>, machine: string): string {
  const tables = Object.entries(parts).map(
    ([name, figures]) => `## ${name}\n\n| | |\n| --- | --- |\n${rowsOf('', figures).join('\n')}\n`,
  );
  return `# Rehearsal\n\nMeasured on ${machine}.\n\n${tables.join('\n')}`;
}

/** Makes `report.md` and `report.json` of the figures that the parts have left in the folder. */
export async function writeReport(folder: string): Promise<{ file: string; text: string }> {
  const names = (await readdir(folder))
    .filter((file) => file.endsWith('.json') && file !== 'report.json')
    .sort();
  const parts: Record<string, Figure> = {};
  for (const file of names)
    parts[path.basename(file, '.json')] = JSON.parse(
      await readFile(path.join(folder, file), 'utf8'),
    ) as Figure;
  const machine = `${os.cpus().length} CPUs (${os.cpus()[0]?.model.trim() ?? 'unknown'}), ${new Date().toISOString().slice(0, 10)}`;
  const text = reportText(parts, machine);
  await writeFile(
    path.join(folder, 'report.json'),
    `${JSON.stringify({ machine, ...parts }, undefined, 2)}\n`,
  );
  const file = path.join(folder, 'report.md');
  await writeFile(file, text);
  return { file, text };
}
