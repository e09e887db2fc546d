import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { createOutboxNotifier, dataHeading } from '../../src/platform/local/outbox-notifier.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { notifierSuite } from './notifier-suite.ts';

/** Reads a file of the outbox as its documentation says that it is built. */
function parse(text: string) {
  const heading = `\n${dataHeading}\n`;
  const headers = text.slice(0, text.indexOf('\n\n')).split('\n').slice(2);
  return {
    data: JSON.parse(text.slice(text.lastIndexOf(heading) + heading.length)),
    attributes: Object.fromEntries(
      headers.map((line) => {
        const [name = '', value = ''] = line.split(': ');
        return [name, /^\d+$/.test(value) ? Number(value) : value];
      }),
    ),
  };
}

notifierSuite('outbox folder', async () => {
  const { folder, remove } = await tempFolder();
  return {
    notifier: await createOutboxNotifier({ folder, clock: () => new Date() }),
    async received() {
      const texts = (await readdir(folder)).map((name) => readFile(path.join(folder, name), 'utf8'));
      return (await Promise.all(texts)).map(parse);
    },
    close: remove,
  };
});
