/**
 * Says a problem of the API in the words of the page; `asking` is for problems with asking for a code, which share
 * their names with others. The API's own words come last: they are English.
 */
export function createProblemWords(words) {
  return (body, { asking = false } = {}) => {
    if (body.code === 'code_wrong') {
      // The number of tries stands in a sentence, which the page says in its own language.
      const tries = /\d+/.exec(body.detail ?? '')?.[0] ?? '';
      const left = { 0: 'problem-code_wrong-none', 1: 'problem-code_wrong-one' }[tries];
      return words(left ?? 'problem-code_wrong', { tries });
    }
    const own = asking ? words(`asking-${body.code}`) : '';
    return own || words(`problem-${body.code}`) || body.detail || body.title || words('problem-other');
  };
}
