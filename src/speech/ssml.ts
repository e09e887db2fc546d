import { SaxesParser } from 'saxes';
import { AppError } from '../app-error.ts';
import { ssmlTags } from './ssml-tags.ts';

/**
 * Characters of one SSML document, tags included. Source: "Quotas in Amazon Polly", SynthesizeSpeech: 3 000 billed
 * characters, 6 000 in total.
 */
export const mostSsmlCharacters = 6000;

/** Tags within tags. A person has no use for more. */
const deepest = 16;

/**
 * Characters of plain text as Polly bills them: all of them, spaces too. Counted in UTF-16 units, which is never less
 * than what an engine counts, so that no limit is exceeded.
 */
export function billedCharacters(text: string): number {
  return text.length;
}

/**
 * Checks SSML for an engine before anything is billed: well-formed XML 1.0 of at most 6 000 characters, `<speak>`
 * around it, only the tags, attributes and values that the engine takes, no document type, processing instructions,
 * comments or CDATA, no entities but XML's own five. Rejects with `validation_failed` at `/ssml`; what is found first is
 * named. Counts no characters if there are only blanks to say. Takes time in proportion to the length.
 */
export function checkSsml(ssml: string, engine: string): { characters: number } {
  const tags = Object.hasOwn(ssmlTags, engine) ? ssmlTags[engine] : undefined;
  if (!tags) throw new RangeError(`no SSML is known for the engine ${engine}`);
  if (ssml.length > mostSsmlCharacters) {
    refuse(`SSML may have ${mostSsmlCharacters} characters, tags included; this has ${ssml.length}.`);
  }

  // Half a surrogate pair would hide the character behind it from the parser, but not from the engine.
  if (!ssml.isWellFormed()) refuse('This is not well-formed Unicode.');

  let characters = 0;
  let isBlank = true;
  let depth = 0;
  const parser = new SaxesParser({ position: true });
  parser.on('error', ({ message }) => refuse(`This is not well-formed XML: ${message}`));
  parser.on('xmldecl', () => refuse('Leave the XML declaration out.'));
  parser.on('doctype', () => refuse('A document type is not taken.'));
  parser.on('processinginstruction', () => refuse('Processing instructions are not taken.'));
  parser.on('comment', () => refuse('Comments are not taken.'));
  parser.on('text', (text) => {
    // White space around the root is text to the parser as well.
    if (depth === 0) return;
    characters += billedCharacters(text);
    isBlank &&= text.trim() === '';
  });
  parser.on('cdata', () => refuse('CDATA sections are not taken: write &lt; for <.'));
  parser.on('opentag', ({ name, attributes }) => {
    if ((depth === 0) !== (name === 'speak')) refuse('There must be one <speak> around everything.');
    depth += 1;
    // Its alias is spoken, whatever is in it.
    if (name === 'sub') isBlank = false;
    if (depth > deepest) refuse(`Tags may be nested ${deepest} deep.`);
    const tag = Object.hasOwn(tags, name) ? tags[name] : undefined;
    if (!tag) return refuse(`The engine ${engine} has no <${name}>.`);
    for (const [attribute, value] of Object.entries(attributes)) {
      const values = Object.hasOwn(tag.attributes, attribute) ? tag.attributes[attribute] : undefined;
      if (!values) return refuse(`The engine ${engine} has no \`${attribute}\` for <${name}>.`);
      if (!values.test(value)) refuse(`\`${attribute}\` of <${name}> has a value that is not known.`);
    }
    for (const attribute of tag.required ?? []) {
      if (!Object.hasOwn(attributes, attribute)) refuse(`<${name}> needs \`${attribute}\`.`);
    }
  });
  parser.on('closetag', () => {
    depth -= 1;
  });
  parser.write(ssml).close();
  return { characters: isBlank ? 0 : characters };
}

function refuse(detail: string): never {
  throw new AppError('validation_failed', undefined, { errors: [{ pointer: '/ssml', detail }] });
}
