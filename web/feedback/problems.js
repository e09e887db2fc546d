/** Problems that are about the files, which the API cannot point at by a field. */
const aboutFiles = new Set([
  'type_not_allowed',
  'invalid_file_name',
  'empty_body',
  'unexpected_file',
  'too_large',
  'too_many_parts',
]);

/** The field that a JSON pointer (RFC 6901) leads to: `/message`, `/fields/order`, `/file/2`. */
export function fieldOf(pointer) {
  const steps = pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  return (steps[0] === 'fields' && steps[1]) || steps[0] || '';
}

/**
 * Reads a problem (RFC 9457) that the API answered with: puts what it can at the fields, and tells what to
 * say about the rest and whether trying again unchanged can help. Its own words go before the API's, because
 * they are in the language of the page.
 */
export function createProblemReader({ words, errors }) {
  return (status, body, hasFiles) => {
    const own = words(`problem-${body.code}`);
    const reference = body.requestId ? words('problem-reference', { id: body.requestId }) : '';
    const issues = Array.isArray(body.errors) ? body.errors : [];
    if (status === 429 || status === 408 || status >= 500) {
      return { retry: true, text: own || words('problem-other'), reference: own ? '' : reference };
    }
    // The key has been used, or nothing was taken under it: what is sent next is something else.
    const refusal = { retry: false, forgetKey: true };
    if (issues.length > 0) {
      const homeless = issues.filter(({ pointer, detail }) => !errors.show(fieldOf(pointer), detail));
      const rest = homeless.map(({ pointer, detail }) => `${fieldOf(pointer)}: ${detail}`);
      const atField = homeless.length < issues.length;
      return {
        ...refusal,
        atField,
        text: [atField && words('check-fields'), ...rest].filter(Boolean).join(' '),
      };
    }
    const text = own || body.detail || body.title || words('problem-other');
    if (hasFiles && aboutFiles.has(body.code) && errors.show('file', text)) {
      return { ...refusal, atField: true, text: words('check-fields') };
    }
    return { ...refusal, reference, text };
  };
}
