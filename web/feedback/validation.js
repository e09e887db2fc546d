/** Looks at the form before it is sent. Fields that a site has added are judged by the browser's own rules. */
export function createValidation({ form, words, formats, errors, counter }) {
  function problemWith(field) {
    if (field.name === 'message') {
      if (field.value.trim() === '') return words('message-missing');
      const over = counter.over();
      return over > 0 ? words('message-long', { count: formats.count(over) }) : '';
    }
    if (!field.willValidate || field.validity.valid) return '';
    return field.name === 'email' ? words('email-invalid') : field.validationMessage;
  }

  return {
    /** Marks every field that is not valid. */
    passes() {
      let valid = true;
      for (const field of form.elements) {
        const problem = field.name ? problemWith(field) : '';
        if (!problem) continue;
        valid = false;
        if (!errors.show(field.name, problem)) field.reportValidity();
      }
      return valid;
    },
  };
}
