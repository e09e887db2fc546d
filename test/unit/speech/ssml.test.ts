import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AppError } from '../../../src/app-error.ts';
import { checkSsml } from '../../../src/speech/ssml.ts';

const speak = (content: string) => `<speak>${content}</speak>`;

/** Why it is refused. */
function refusal(ssml: string, engine = 'neural'): string {
  try {
    checkSsml(ssml, engine);
  } catch (error) {
    assert.ok(error instanceof AppError);
    assert.equal(error.code, 'validation_failed');
    assert.equal(error.errors?.length, 1);
    assert.equal(error.errors[0]?.pointer, '/ssml');
    return error.errors[0]?.detail ?? '';
  }
  return assert.fail(`taken: ${ssml.slice(0, 80)}`);
}

describe('SSML', () => {
  it('counts what is spoken: the text without tags, with entities as one character', () => {
    const counts = [
      ['Hello', 5],
      ['a &amp; b', 5],
      ['&#x41;&#66;&lt;&gt;&quot;&apos;', 6],
      ['<p>One <break time="500ms"/>two</p>', 7],
      ['<sub alias="World Wide Web Consortium">W3C</sub>', 3],
      ['写作', 2],
      ['', 0],
    ] as const;
    for (const [content, characters] of counts) {
      assert.deepEqual(checkSsml(speak(content), 'neural'), { characters }, content);
    }
    assert.deepEqual(checkSsml('\n<speak>x</speak>\n', 'neural'), { characters: 1 });
  });

  it('counts nothing where there are only blanks to say', () => {
    for (const content of ['   ', '\n\t', '<p> </p> <break time="1s"/> ', '&#32;&#xa0;']) {
      assert.deepEqual(checkSsml(speak(content), 'neural'), { characters: 0 }, content);
    }
    assert.deepEqual(checkSsml(speak(' a '), 'neural'), { characters: 3 });
    assert.deepEqual(checkSsml(speak('<sub alias="World"> </sub>'), 'neural'), { characters: 1 });
  });

  it('takes of each engine what its guide lists, and nothing more', () => {
    const cases: [string, string[]][] = [
      [
        '<break strength="strong"/><break time="10s"/><break time="250ms"/>',
        ['standard', 'neural', 'long-form', 'generative', 'espeak'],
      ],
      [
        '<p><s>One.</s></p><mark name="animal"/>',
        ['standard', 'neural', 'long-form', 'generative', 'espeak'],
      ],
      [
        '<prosody rate="85%" volume="-6dB">x</prosody>',
        ['standard', 'neural', 'long-form', 'generative', 'espeak'],
      ],
      [
        '<say-as interpret-as="date" format="dmy">1-2-2026</say-as>',
        ['standard', 'neural', 'long-form', 'generative', 'espeak'],
      ],
      ['<lang xml:lang="fr-FR">Bonjour</lang>', ['standard', 'neural', 'long-form', 'generative']],
      [
        '<phoneme alphabet="ipa" ph="pɪˈkɑːn">pecan</phoneme>',
        ['standard', 'neural', 'long-form', 'generative'],
      ],
      ['<w role="amazon:VBD">read</w>', ['standard', 'neural', 'long-form', 'generative']],
      ['<amazon:effect name="drc">x</amazon:effect>', ['standard', 'neural', 'long-form']],
      ['<prosody pitch="+5%">x</prosody>', ['standard', 'espeak']],
      ['<emphasis level="strong">x</emphasis>', ['standard', 'espeak']],
      ['<amazon:domain name="news">x</amazon:domain>', ['neural']],
      ['<amazon:effect name="whispered">x</amazon:effect>', ['standard']],
      ['<amazon:effect phonation="soft" vocal-tract-length="+10%">x</amazon:effect>', ['standard']],
      ['<amazon:auto-breaths volume="medium">x</amazon:auto-breaths>', ['standard']],
      ['<prosody amazon:max-duration="2s">x</prosody>', ['standard']],
      ['<audio src="/etc/passwd"/>', []],
      ['<voice name="Matthew">x</voice>', []],
      ['<lexicon uri="http://example.com/"/>', []],
    ];
    for (const [content, takers] of cases) {
      for (const engine of ['standard', 'neural', 'long-form', 'generative', 'espeak']) {
        if (takers.includes(engine)) checkSsml(speak(content), engine);
        else assert.match(refusal(speak(content), engine), /The engine|not known/, `${engine}: ${content}`);
      }
    }
  });

  it('takes no values that nobody knows, none that are too long, and wants what a tag needs', () => {
    for (const content of [
      '<break time="11s"/>',
      '<break time="10001ms"/>',
      '<break time="-1s"/>',
      '<break strength="huge"/>',
      '<mark/>',
      '<mark name=""/>',
      `<mark name="${'a'.repeat(65)}"/>`,
      '<mark name="a b"/>',
      '<sub>x</sub>',
      `<sub alias="${'a'.repeat(251)}">x</sub>`,
      '<phoneme alphabet="ipa">x</phoneme>',
      '<prosody rate="fast;slow">x</prosody>',
      '<say-as interpret-as="date&#10;">x</say-as>',
      '<break onclick="x"/>',
      '<break __proto__="x"/>',
      '<constructor/>',
    ]) {
      assert.ok(refusal(speak(content)), content);
    }
  });

  it('names the tag, or the place, that is wrong', () => {
    assert.equal(refusal(speak('<audio/>')), 'The engine neural has no <audio>.');
    assert.match(refusal(speak('<p>x')), /well-formed XML: 1:\d+: /);
  });

  it('refuses documents that attack parsers', () => {
    const laughs = Array.from({ length: 9 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join(
      '',
    );
    for (const [ssml, why] of [
      [`<!DOCTYPE speak [<!ENTITY l0 "ha">${laughs}]><speak>&l9;</speak>`, /document type|undefined entity/],
      ['<!DOCTYPE speak SYSTEM "file:///etc/passwd"><speak>x</speak>', /document type/],
      [`<!DOCTYPE speak [${'<!ENTITY a "b">'.repeat(300)}`, /well-formed/],
      [speak('&xxe;'), /undefined entity/],
      ['<?xml version="1.0"?><speak>x</speak>', /XML declaration/],
      ['<?php echo 1 ?><speak>x</speak>', /Processing/],
      [speak('<!-- x -->'), /Comments/],
      [speak('<![CDATA[<audio src="x"/>]]>'), /CDATA/],
      ['<p>'.repeat(1500), /<speak> around/],
      [speak('<p>'.repeat(1000)), /nested/],
      [speak('<speak>x</speak>'), /<speak> around/],
      ['<speak/><speak/>', /one root/],
      ['<speak>x</speak>more', /outside of root/],
      ['', /root element/],
      ['just text', /outside of root/],
      ['<speak>\ud800<audio src="x"/></speak>', /Unicode/],
      ['<speak>\u0000</speak>', /disallowed/],
      [speak('&#0;'), /malformed/],
      [speak('<p a="1" a="2"/>'), /duplicate/],
      [speak('a'.repeat(6000)), /6000 characters/],
    ] as const) {
      assert.match(refusal(ssml), why, ssml.slice(0, 60));
    }
  });

  it('answers hostile SSML of any size without looking at all of it more than once', () => {
    // A parser that took quadratic time would need minutes for this.
    for (const unit of ['<p>', '&', '<', '<!--', '<![CDATA[', '<!DOCTYPE [', ']]>', '<p a="', "<p a='x' "]) {
      assert.ok(refusal(unit.repeat(6000 / unit.length)));
      assert.ok(refusal(speak(unit.repeat(5900 / unit.length))));
      assert.match(refusal(unit.repeat(3_000_000)), /6000 characters/);
    }
  });

  it('takes or refuses whatever fragments are thrown together, and never fails otherwise', () => {
    const parts = [
      '<speak>',
      '</speak>',
      '<p>',
      '</p>',
      '<break time="1s"/>',
      '&amp;',
      '&',
      '<',
      '>',
      '"',
      "'",
      'x',
      '\n',
      '\ud83d',
      '😀',
      ']]>',
      '<!--',
      '-->',
      '<?',
      '?>',
      '\u0000',
      '=',
    ];
    let state = 42;
    const next = (below: number) => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((state / 2_147_483_648) * below);
    };
    let taken = 0;
    for (let i = 0; i < 5000; i += 1) {
      const ssml = speak(Array.from({ length: next(12) }, () => parts[next(parts.length)]).join(''));
      try {
        checkSsml(ssml, 'neural');
        taken += 1;
      } catch (error) {
        assert.ok(error instanceof AppError && error.code === 'validation_failed', ssml);
      }
    }
    assert.ok(taken > 100 && taken < 4900, `${taken} taken`);
  });

  it('is a mistake of the program to ask about an engine that does not exist', () => {
    assert.throws(() => checkSsml(speak('x'), 'constructor'), RangeError);
    assert.throws(() => checkSsml(speak('x'), 'magic'), RangeError);
  });
});
