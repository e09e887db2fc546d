/**
 * The ways on which a code can come, as the page offers them: `data-channels` of the card names them. One that the
 * API has no sender for is taken away when the API says so; with one left there is nothing to choose.
 */
export function createChannels(card) {
  const form = card.querySelector('[data-part="request"]');
  const offered = new Set((card.dataset.channels ?? 'email sms').split(/\s+/).filter(Boolean));
  const choices = [...form.querySelectorAll('input[name="channel"]')];

  const chosen = () => form.elements.channel.value;
  const input = () => form.elements[chosen()];

  function show() {
    for (const choice of choices) choice.closest('label').hidden = !offered.has(choice.value);
    for (const field of form.querySelectorAll('[data-channel]')) {
      field.hidden = field.dataset.channel !== chosen();
    }
    form.querySelector('[data-part="channels"]').hidden = offered.size < 2;
  }

  function choose(channel) {
    for (const choice of choices) choice.checked = choice.value === channel;
    show();
  }

  form.addEventListener('change', show);
  choose([...offered][0]);

  return {
    chosen,
    input,
    /** Takes a channel away. False if none is left. */
    remove(channel) {
      offered.delete(channel);
      const [first] = offered;
      if (first) choose(first);
      return first !== undefined;
    },
  };
}
