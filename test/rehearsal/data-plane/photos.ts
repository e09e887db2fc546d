import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { jpeg, noise, png } from '../../support/samples.ts';
import { sha256 } from '../../support/upload-client.ts';

export interface Photo {
  name: string;
  content: Uint8Array<ArrayBuffer>;
  sha256: string;
}

const photo = (name: string, content: Uint8Array<ArrayBuffer>): Photo => ({
  name,
  content,
  sha256: sha256(content),
});

function samples(): Photo[] {
  const picture = (size: number, seed: number) => {
    const content = jpeg(size);
    content.set(noise(size - 200, seed), 100);
    return content;
  };
  return [
    photo('small.jpg', picture(20_000, 1)),
    photo('screen.jpg', picture(150_000, 2)),
    photo('camera.jpg', picture(800_000, 3)),
    photo('drawing.png', png()),
  ];
}

/**
 * What visitors send: the photographs in the folder that INLET_REHEARSAL_PHOTOS names, or else files that only
 * look like some.
 */
export async function loadPhotos(folder = process.env.INLET_REHEARSAL_PHOTOS): Promise<Photo[]> {
  if (!folder) return samples();
  const names = (await readdir(folder)).filter((name) => /\.(jpg|png|webp|gif|heic)$/.test(name));
  const found = names.map(async (name) =>
    photo(name, new Uint8Array(await readFile(path.join(folder, name)))),
  );
  return Promise.all(found);
}
