import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

/** The folder that the report is made from: INLET_REHEARSAL_DIR, or a new temporary one. */
async function figuresFolder(): Promise<string> {
  const folder = process.env.INLET_REHEARSAL_DIR;
  if (!folder) return mkdtemp(path.join(os.tmpdir(), 'inlet-rehearsal-'));
  await mkdir(folder, { recursive: true });
  return folder;
}

/** Keeps what a part of the rehearsal measured, as `<part>.json`, for the report. */
export async function writeFigures(part: string, figures: Record<string, unknown>): Promise<void> {
  const file = path.join(await figuresFolder(), `${part}.json`);
  await writeFile(file, `${JSON.stringify(figures, undefined, 2)}\n`);
}

/** Keeps what the commands of a part printed, as `<part>.txt`. */
export async function writeTranscript(part: string, text: string): Promise<void> {
  await writeFile(path.join(await figuresFolder(), `${part}.txt`), text);
}
