/**
 * Says what became of a try that brought no receipt, and lets the send button offer another one, after the
 * time that the API asked for.
 */
export function createOutcome({ part, words }) {
  const notice = part('notice');
  const button = part('submit');
  const sendText = button.textContent;
  let timer;

  function stop() {
    clearInterval(timer);
    timer = undefined;
    button.removeAttribute('aria-disabled');
  }

  function say(text, reference, calm = false) {
    notice.classList.toggle('calm', calm);
    const lines = [document.createTextNode(text)];
    if (reference) {
      const small = document.createElement('small');
      small.textContent = reference;
      lines.push(small);
    }
    notice.replaceChildren(...(text ? lines : []));
  }

  /** Counts down on the button, where a screen reader meets it only when it looks. */
  function wait(seconds) {
    const end = Date.now() + seconds * 1000;
    button.setAttribute('aria-disabled', 'true');
    const tick = () => {
      const left = Math.ceil((end - Date.now()) / 1000);
      button.textContent = left > 0 ? words('try-again-in', { seconds: left }) : words('try-again');
      if (left > 0) return;
      stop();
      part('announce').textContent = words('try-again-now');
    };
    timer = setInterval(tick, 250);
    tick();
  }

  return {
    /** Whether the time that the API asked for is still running. */
    waiting: () => timer !== undefined,
    clear() {
      stop();
      button.textContent = sendText;
      say('');
    },
    /** Trying again unchanged may help. */
    retry(text, reference, seconds = 0, calm = false) {
      say(text, reference, calm);
      button.textContent = words('try-again');
      if (seconds > 0) wait(seconds);
      button.focus();
    },
    /** Something has to be changed first. */
    refuse(text, reference) {
      say(text, reference);
      notice.focus();
    },
  };
}
