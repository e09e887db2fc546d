/**
 * Says at a field what is wrong with it. The page has an empty `data-error-for` element for each field,
 * which the field names in `aria-describedby`; a field is marked by `aria-invalid` while the text is there.
 */
export function createFieldErrors(form) {
  const place = (name) => form.querySelector(`[data-error-for="${CSS.escape(name)}"]`);
  // Several inputs with one name are radio buttons. ARIA has no `aria-invalid` for one of them.
  const marked = (name) => (form.elements[name] instanceof Element ? form.elements[name] : undefined);

  function show(name, text) {
    const element = place(name);
    if (!element) return false;
    element.textContent = text;
    if (text) marked(name)?.setAttribute('aria-invalid', 'true');
    else marked(name)?.removeAttribute('aria-invalid');
    return true;
  }

  return {
    /** False if the page has no place for it, so that it must be said elsewhere. */
    show,
    clear: (name) => show(name, ''),
    clearAll() {
      for (const element of form.querySelectorAll('[data-error-for]')) show(element.dataset.errorFor, '');
    },
    /** Goes to the first field with an error, in the order of the page. */
    focusFirst() {
      const first = [...form.querySelectorAll('[data-error-for]')].find((element) => element.textContent);
      const field = first && form.elements[first.dataset.errorFor];
      (field instanceof RadioNodeList ? field[0] : field)?.focus();
    },
  };
}
