/**
 * Languages that have a syllable or a word in each character, and how many of them make a piece at most: 3 000 of
 * them would take longer than the ten minutes after which Polly cuts its audio off ("Quotas in Amazon Polly"). At four
 * a second, a slow voice, 1 000 take about four.
 */
const slowLanguages = new Set(['zh', 'cmn', 'yue', 'ja', 'ko']);
const mostOfSlow = 1000;

/**
 * Splits a text into pieces of at most `longest` UTF-16 units, or 1 000 in Chinese, Japanese and Korean, that make the
 * text when they are joined. A piece ends with a sentence where it can; within a sentence that is too long, before a
 * word; and within a word that is too long, between two graphemes (UAX #29), so that no letter loses its accent. Only
 * a single grapheme that is too long is cut.
 */
export function splitText(text: string, language: string, longest: number): string[] {
  const locale = knownLocale(language);
  const most = slowLanguages.has(new Intl.Locale(locale).language) ? Math.min(longest, mostOfSlow) : longest;
  const graphemes = new Intl.Segmenter(locale, { granularity: 'grapheme' });
  const words = new Intl.Segmenter(locale, { granularity: 'word' });
  const sentenceStarts = startsIn(text, new Intl.Segmenter(locale, { granularity: 'sentence' }));

  /** The start of the grapheme that holds the code unit at `offset`. What follows a boundary does not move it. */
  const graphemeStart = (from: number, offset: number) =>
    from +
    (graphemes.segment(text.slice(from, offset + 2)).containing(offset - from)?.index ?? offset - from);

  /** The last of the offsets after `from` and up to `to` that is between two graphemes. */
  const lastBetween = (offsets: number[], from: number, to: number) =>
    offsets.findLast((offset) => offset > from && offset <= to && graphemeStart(from, offset) === offset);

  function cut(from: number): number {
    if (text.length - from <= most) return text.length;
    const to = wholeCharacter(text, from + most);
    const sentence = lastBetween(sentenceStarts, from, to);
    if (sentence !== undefined) return sentence;
    const wordStarts = startsIn(text.slice(from, to + 2), words).map((offset) => from + offset);
    const grapheme = graphemeStart(from, to);
    return lastBetween(wordStarts, from, to) ?? (grapheme > from ? grapheme : to);
  }

  const pieces: string[] = [];
  for (let from = 0; from < text.length; ) {
    const to = cut(from);
    pieces.push(text.slice(from, to));
    from = to;
  }
  return pieces;
}

/** Where sentences begin, or words: blanks and punctuation stay with the word before them. */
function startsIn(text: string, segmenter: Intl.Segmenter): number[] {
  return Array.from(segmenter.segment(text))
    .filter(({ isWordLike }) => isWordLike ?? true)
    .map(({ index }) => index);
}

/** The offset, or the one before it if that would cut a surrogate pair. */
function wholeCharacter(text: string, offset: number): number {
  return (text.codePointAt(offset - 1) ?? 0) > 0xffff ? offset - 1 : offset;
}

/** The tags of some engines are no language tags: those are known by their first part. */
function knownLocale(language: string): string {
  try {
    return Intl.getCanonicalLocales(language)[0] ?? 'und';
  } catch {
    return /^[a-z]{2,3}(?=-)/i.exec(language)?.[0] ?? 'und';
  }
}
