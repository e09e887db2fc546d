/** Progress and a way out while the form is under way. What was entered stays in sight, but fixed. */
export function createSendingPanel({ part, words, formats, announce }) {
  const panel = part('sending');
  const bar = panel.querySelector('progress');
  let controller;
  let told;

  function show(share) {
    bar.value = share * 100;
    part('percent').textContent = formats.percent(Math.floor(share * 100) / 100);
    part('stage').textContent = words(share < 1 ? 'sending' : 'storing');
    // A screen reader hears of every quarter, not of every percent.
    const quarter = Math.floor(share * 4);
    if (quarter > told && share < 1) {
      announce(words('sent-so-far', { percent: formats.percent(quarter / 4) }));
    }
    told = Math.max(told, quarter);
  }

  /** Nothing is sent yet, and nobody knows how long it takes. */
  function showChecking() {
    bar.removeAttribute('value');
    part('percent').textContent = '';
    part('stage').textContent = words('checking');
  }

  function setBusy(busy) {
    panel.hidden = !busy;
    part('actions').hidden = busy;
    part('fields').inert = busy;
  }

  const warn = (event) => event.preventDefault();

  part('cancel').addEventListener('click', () => controller?.abort());

  return {
    active: () => controller !== undefined,
    /** Shows the panel for as long as `task(onProgress, signal)` runs; before its first progress it checks. */
    async during(task) {
      controller = new AbortController();
      told = 0;
      showChecking();
      setBusy(true);
      panel.focus();
      addEventListener('beforeunload', warn);
      try {
        return await task(show, controller.signal);
      } finally {
        removeEventListener('beforeunload', warn);
        controller = undefined;
        setBusy(false);
      }
    },
  };
}
