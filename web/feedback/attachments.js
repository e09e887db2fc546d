import { createFileCheck } from './file-checks.js';
import { createFileItem } from './file-item.js';

/** Folders look like empty files once dropped; only the entry of the item tells them apart. */
function splitFolders(transfer) {
  const items = [...transfer.items].filter((item) => item.kind === 'file');
  const folders = items.filter((item) => item.webkitGetAsEntry?.()?.isDirectory);
  return {
    files: items.filter((item) => !folders.includes(item)).map((item) => item.getAsFile()),
    folders: folders.map((item) => item.webkitGetAsEntry().name),
  };
}

/**
 * The attachments of the form: chosen, dropped anywhere on the page, or pasted. They are kept here rather
 * than in the input, because choosing again would replace what an input has.
 */
export function createAttachments({ form, part, words, formats, errors, announce, onChange }) {
  const input = form.elements.file;
  const list = part('files');
  const limit = Number(input.dataset.maxFiles) || 10;
  const problemWith = createFileCheck({ input, words, formats });
  const chosen = new Map();
  let pasted = 0;

  function remove(file) {
    const item = chosen.get(file);
    const neighbour = item.nextElementSibling ?? item.previousElementSibling;
    chosen.delete(file);
    item.remove();
    (neighbour?.querySelector('button') ?? input).focus();
    errors.clear('file');
    announce(words('file-removed', { name: file.name }));
    onChange();
  }

  function add(files, folders = []) {
    const wrong = [...folders.map((name) => words('file-folder', { name })), ...files.map(problemWith)];
    const good = files.filter((file) => !problemWith(file));
    const room = Math.max(0, limit - chosen.size);
    const left = good.slice(room).map((file) => file.name);
    if (left.length > 0) wrong.push(words('files-many', { limit, names: left.join(', ') }));
    for (const file of good.slice(0, room)) {
      const item = createFileItem(file, { words, formats, onRemove: () => remove(file) });
      chosen.set(file, item);
      list.append(item);
    }
    const problems = wrong.filter(Boolean);
    const added = good.slice(0, room).map((file) => words('file-added', { name: file.name }));
    errors.show('file', problems.join('\n'));
    announce([...added, ...problems].join(' '));
    onChange();
  }

  /** Screenshots on the clipboard are all called image.png; a number tells them apart. */
  function named(file) {
    pasted += 1;
    const ending = /\.\w+$/.exec(file.name)?.[0] ?? '';
    return new File([file], words('pasted-name', { number: pasted }) + ending, { type: file.type });
  }

  const carriesFiles = (event) => !event.defaultPrevented && event.dataTransfer?.types.includes('Files');
  const busy = () => part('fields').inert;

  input.addEventListener('change', () => {
    const files = [...input.files];
    input.value = '';
    if (files.length > 0) add(files);
  });

  // The whole page takes files: one dropped beside the field would otherwise open instead of the page,
  // and what was typed would be gone.
  document.addEventListener('dragover', (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = busy() ? 'none' : 'copy';
    part('drop').classList.toggle('dragging', !busy());
  });
  document.addEventListener('dragleave', (event) => {
    if (!event.relatedTarget) part('drop').classList.remove('dragging');
  });
  document.addEventListener('drop', (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    part('drop').classList.remove('dragging');
    if (busy() || form.hidden) return;
    const { files, folders } = splitFolders(event.dataTransfer);
    add(files, folders);
  });

  // Text wins over pictures: office programs put a picture of the text beside it.
  form.addEventListener('paste', (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0 || event.clipboardData.types.includes('text/plain')) return;
    event.preventDefault();
    add(files.map(named));
  });

  return {
    files: () => [...chosen.keys()],
    clear() {
      chosen.clear();
      list.replaceChildren();
    },
  };
}
