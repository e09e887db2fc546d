/**
 * Keeps what was typed until it is sent, for as long as the tab lives: a reload or a wrong click loses
 * nothing. Files are not kept. Browsers may refuse the storage; then the form works without drafts.
 */
export function createDraft(form, names) {
  const key = `inlet-draft:${location.pathname}:${form.elements.form?.value ?? ''}`;

  function read() {
    try {
      return JSON.parse(sessionStorage.getItem(key)) ?? {};
    } catch {
      return {};
    }
  }

  return {
    restore() {
      const draft = read();
      for (const name of names) {
        const field = form.elements[name];
        if (field && typeof draft[name] === 'string') field.value ||= draft[name];
      }
    },
    save() {
      const values = names.map((name) => [name, form.elements[name]?.value ?? '']);
      try {
        sessionStorage.setItem(key, JSON.stringify(Object.fromEntries(values)));
      } catch {
        // No room or no permission: the text is still in the form.
      }
    },
    clear() {
      try {
        sessionStorage.removeItem(key);
      } catch {
        // Nothing was kept.
      }
    },
  };
}
