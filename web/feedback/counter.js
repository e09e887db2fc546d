/** How near the limit the counter appears, in characters. */
const near = 500;

/**
 * Counts the message against its limit. The limit moves from the field, where browsers cut pasted text off
 * in silence, to a counter that says how much is too much.
 */
export function createCounter({ form, part, words, formats }) {
  const field = form.elements.message;
  const limit = field.maxLength > 0 ? field.maxLength : 10_000;
  field.removeAttribute('maxlength');
  // As the API counts: a line break or an emoji is one character, and space around the text is none.
  const left = () => limit - [...field.value.trim()].length;

  return {
    /** Characters above the limit, or 0. */
    over: () => Math.max(0, -left()),
    update() {
      const rest = left();
      const element = part('count');
      element.classList.toggle('over', rest < 0);
      if (rest > near) element.textContent = '';
      else if (rest >= 0) element.textContent = words('characters-left', { count: formats.count(rest) });
      else element.textContent = words('characters-over', { count: formats.count(-rest) });
    },
  };
}
