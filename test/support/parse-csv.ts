/** The records of a CSV file (RFC 4180), each by the names in the header. Throws at what is no such file. */
export function parseCsv(text: string): Record<string, string>[] {
  const rows: string[][] = [[]];
  const cell = /"((?:[^"]|"")*)"|([^",\r\n]*)/y;
  while (cell.lastIndex < text.length) {
    const [, quoted, plain = ''] = cell.exec(text) ?? [];
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain);
    const after = text.slice(cell.lastIndex, cell.lastIndex + 2);
    if (after === '\r\n') rows.push([]);
    else if (!after.startsWith(',')) throw new Error(`no CSV at ${cell.lastIndex}: ${JSON.stringify(after)}`);
    cell.lastIndex += after === '\r\n' ? 2 : 1;
  }
  const [header = [], ...records] = rows.filter((row) => row.length > 0);
  return records.map((record) => {
    if (record.length !== header.length) throw new Error(`a row of ${record.length} cells`);
    return Object.fromEntries(header.map((name, index) => [name, record[index] ?? '']));
  });
}
