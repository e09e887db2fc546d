/** Whether the file is of a kind that the `accept` attribute lists. A browser that knows no type passes. */
function isAccepted(file, accept) {
  const kinds = accept
    .split(',')
    .map((kind) => kind.trim().toLowerCase())
    .filter(Boolean);
  if (kinds.length === 0 || !file.type) return true;
  return kinds.some((kind) =>
    kind.startsWith('.')
      ? file.name.toLowerCase().endsWith(kind)
      : kind.endsWith('/*')
        ? file.type.startsWith(kind.slice(0, -1))
        : file.type === kind,
  );
}

/**
 * What is wrong with a file, in words, or ''. The API checks all of this again; here it spares visitors an
 * upload that would be refused at its end.
 */
export function createFileCheck({ input, words, formats }) {
  const limit = Number(input.dataset.maxBytes) || Number.POSITIVE_INFINITY;
  return (file) => {
    const { name } = file;
    if (file.size === 0) return words('file-empty', { name });
    if (file.size > limit) {
      return words('file-large', { name, size: formats.size(file.size), limit: formats.size(limit) });
    }
    return isAccepted(file, input.accept) ? '' : words('file-type', { name });
  };
}

/** The names of files that have been moved, changed or deleted since they were chosen. */
export async function unreadableFiles(files) {
  const checks = files.map((file) =>
    file
      .slice(0, 1)
      .arrayBuffer()
      .then(
        () => undefined,
        () => file.name,
      ),
  );
  return (await Promise.all(checks)).filter((name) => name !== undefined);
}
