import { SaxesParser } from 'saxes';
import type { SpeechPiece } from '../../speech/speech-synthesizer.ts';
import { ssmlTags } from '../../speech/ssml-tags.ts';

type Wording = Pick<SpeechPiece, 'kind' | 'content' | 'language'>;

/** A sentence as a person reads it, and as espeak-ng is given it. */
export interface Sentence {
  text: string;
  input: string;
}

type Event = { open: string; name: string } | { close: string } | { text: string };

/** What espeak-ng is given to speak all of it. */
export function espeakInput({ kind, content }: Wording): string {
  return together(write(kind === 'ssml' ? eventsOf(content) : [{ text: content }], kind, []), kind);
}

/** What espeak-ng is given to speak these sentences, one after the other. */
export function together(sentences: readonly Sentence[], kind: Wording['kind']): string {
  const input = sentences.map((sentence) => sentence.input).join('');
  return kind === 'ssml' ? `<speak>${input}</speak>` : input;
}

/** The sentences, each on its own; in SSML with the tags around it. */
export function espeakSentences({ kind, content, language }: Wording): Sentence[] {
  const events = kind === 'ssml' ? eventsOf(content) : [{ text: content }];
  const spoken = events.map((event) => ('text' in event ? event.text : '')).join('');
  const segments = new Intl.Segmenter(language, { granularity: 'sentence' }).segment(spoken);
  return write(
    events,
    kind,
    Array.from(segments, ({ index }) => index),
  );
}

/**
 * Plain text for espeak-ng, which takes more than words for commands even there: `[[` begins phonemes, control
 * characters change the voice (docs/markup.md of espeak-ng, and `espeakPHONEMES` in speak_lib.h).
 */
function plain(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\P{Cc}\n\t]/gu, ' ')
    .replaceAll(/\[(?=\[)/g, '[ ');
}

/** The same for its SSML, whose reader is no strict one: nothing is left that could pass for a tag or an entity. */
function escaped(text: string): string {
  return plain(text).replaceAll(/[<>]/g, ' ').replaceAll('&', '&amp;');
}

/**
 * What SSML says, of the tags that are known only. espeak-ng reads SSML loosely, and runs programs and opens files for
 * tags that are not; so it never sees what was sent, but this, written anew. The SSML was checked before.
 */
function eventsOf(ssml: string): Event[] {
  const events: Event[] = [];
  const { espeak: tags = {} } = ssmlTags;
  const isKnown = (name: string) => Object.hasOwn(tags, name) && name !== 'mark' && name !== 'speak';
  const parser = new SaxesParser();
  parser.on('text', (text) => events.push({ text }));
  parser.on('opentag', ({ name, attributes }) => {
    if (!isKnown(name)) return;
    const known = Object.entries(attributes).filter(([attribute]) =>
      Object.hasOwn(tags[name]?.attributes ?? {}, attribute),
    );
    const written = known.map(
      ([attribute, value]) => ` ${attribute}="${plain(value).replaceAll(/[<>&"]/g, ' ')}"`,
    );
    events.push({ open: `<${name}${written.join('')}>`, name });
  });
  parser.on('closetag', ({ name }) => {
    if (isKnown(name)) events.push({ close: name });
  });
  parser.write(ssml).close();
  return events;
}

/** Writes it down, parted where sentences start, but not within what is spoken as one. */
function write(events: Event[], kind: Wording['kind'], starts: number[]): Sentence[] {
  const parts: Sentence[] = [];
  const open: { open: string; name: string }[] = [];
  let text = '';
  let input = '';
  let at = 0;

  const part = () => {
    if (text.trim() === '') return;
    const closing = open.toReversed().map(({ name }) => `</${name}>`);
    parts.push({ text: text.replaceAll(/\s+/g, ' ').trim(), input: input + closing.join('') });
    text = '';
    input = open.map((tag) => tag.open).join('');
  };
  const say = (words: string) => {
    text += words;
    input += kind === 'ssml' ? escaped(words) : plain(words);
  };

  for (const event of events) {
    if ('open' in event) {
      open.push(event);
      input += event.open;
    } else if ('close' in event) {
      open.pop();
      input += `</${event.close}>`;
    } else {
      const isOne = open.some(({ name }) => name === 'sub' || name === 'say-as');
      const end = at + event.text.length;
      const cuts = isOne ? [] : starts.filter((start) => start >= at && start < end);
      let from = at;
      for (const cut of cuts) {
        say(event.text.slice(from - at, cut - at));
        part();
        from = cut;
      }
      say(event.text.slice(from - at));
      at = end;
    }
  }
  part();
  return parts;
}
