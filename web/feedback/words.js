/**
 * What the script says stands in the page, in `<template id="feedback-words">`, so that a translation is an
 * edit of one file. `words('name', {size: '3 MB'})` fills in `{size}`; a word the page lacks is ''.
 */
export function createWords(template) {
  const texts = new Map();
  for (const element of template.content.querySelectorAll('[data-word]')) {
    texts.set(element.dataset.word, element.textContent.trim());
  }
  return (name, values = {}) =>
    (texts.get(name) ?? '').replace(/\{(\w+)\}/g, (braces, key) => values[key] ?? braces);
}

/** Numbers, sizes and times in the language of the page, in the visitor's own variant of it if there is one. */
export function createFormats(pageLanguage) {
  const base = (tag) => tag.split('-')[0].toLowerCase();
  const language = navigator.languages.find((tag) => base(tag) === base(pageLanguage)) ?? pageLanguage;
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];
  return {
    count: (number) => new Intl.NumberFormat(language).format(number),
    percent: (share) => new Intl.NumberFormat(language, { style: 'percent' }).format(share),
    time: (date) => new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short' }).format(date),

    /** Steps of 1024, as the API counts its limits. */
    size(bytes) {
      const step = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1);
      const digits = step > 1 ? 1 : 0;
      return new Intl.NumberFormat(language, {
        style: 'unit',
        unit: units[step],
        unitDisplay: step === 0 ? 'long' : 'short',
        maximumFractionDigits: digits,
      }).format(bytes / 1024 ** step);
    },
  };
}
