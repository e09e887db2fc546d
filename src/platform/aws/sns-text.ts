/** Letters that Unicode does not decompose, and punctuation that word processors put in. */
const foldings: Record<string, string> = {
  ß: 'ss',
  æ: 'ae',
  Æ: 'AE',
  œ: 'oe',
  Œ: 'OE',
  ø: 'o',
  Ø: 'O',
  ł: 'l',
  Ł: 'L',
  đ: 'd',
  Đ: 'D',
  ð: 'd',
  þ: 'th',
  '‘': "'",
  '’': "'",
  '‚': "'",
  '“': '"',
  '”': '"',
  '„': '"',
  '«': '"',
  '»': '"',
  '–': '-',
  '—': '-',
  '€': 'EUR',
};

/**
 * A subject line by the rules of SNS's Publish: ASCII, no line breaks or control characters, fewer than 100
 * characters, no blank at the beginning. Accents are dropped, what has no ASCII form becomes a question mark.
 * Undefined if nothing is left.
 */
export function toSubject(text: string): string | undefined {
  const ascii = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\x20-\x7e]/gu, (char) => foldings[char] ?? (/[\p{C}\p{Z}]/u.test(char) ? ' ' : '?'))
    .replace(/ +/g, ' ')
    .replace(/\?{2,}/g, '?')
    .trim();
  return ascii.slice(0, 99).trimEnd() || undefined;
}

/** Text without what SNS does not take: control characters but tab and line ends, halves of characters. */
export function toSendable(text: string): string {
  return text.toWellFormed().replace(/[^\P{Cc}\t\n\r]|[\uFFFE\uFFFF]/gu, '\uFFFD');
}

/** The first `count` characters as readers see them: an emoji made of several code points is one. */
export function firstCharacters(text: string, count: number): string {
  if (text.length <= count) return text;
  let end = 0;
  let left = count;
  for (const { index, segment } of new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)) {
    if (left-- === 0) break;
    end = index + segment.length;
  }
  return text.slice(0, end);
}
