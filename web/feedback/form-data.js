/** Where to send: `data-api` of the form says which API, or none for the one that served the page. */
export function addressOf(form) {
  const api = form.dataset.api;
  return api ? new URL('/v1/feedback', api).href : form.action;
}

/** Tells which page the feedback is about, unless the site has filled it in. */
export function setPage(form) {
  const field = form.elements.page;
  if (!field || field.value) return;
  const page = (field.dataset.from === 'referrer' && document.referrer) || location.href;
  if (page.length <= 2000) field.value = page;
}

/**
 * Text as the API takes it: without control characters, which nobody sees but word processors leave in what
 * is pasted from them, and without halves of characters.
 */
function clean(text) {
  return text.replace(/[^\P{Cc}\t\n\r]|\p{Cs}|\uFFFD/gu, '');
}

/**
 * What is sent: the fields that were filled in, those of `ticket`, then the files. `_next` is for browsers that send
 * the form themselves.
 */
export function collect(form, files, ticket) {
  const data = new FormData();
  for (const [name, value] of new FormData(form)) {
    if (name === '_next' || typeof value !== 'string') continue;
    const text = clean(value);
    if (text.trim() !== '') data.append(name, text);
  }
  for (const [name, value] of Object.entries(ticket)) data.append(name, value);
  for (const file of files) data.append('file', file, file.name);
  return data;
}
