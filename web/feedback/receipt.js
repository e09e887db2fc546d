/** Shows the receipt in place of the form. */
export function createReceipt({ form, part, words, formats, onAgain }) {
  const panel = part('receipt');

  part('again').addEventListener('click', () => {
    panel.hidden = true;
    form.hidden = false;
    onAgain();
  });

  return {
    show({ id, receivedAt }, email) {
      const time = part('receipt-time');
      part('receipt-id').textContent = id;
      time.dateTime = receivedAt;
      time.textContent = formats.time(new Date(receivedAt));
      part('receipt-next').textContent = words(email ? 'next-answer' : 'next', { email });
      // Only who left an address can confirm it later. A site without sent.html removes this part.
      const sent = part('receipt-sent');
      if (sent) {
        sent.hidden = !email;
        sent.querySelector('a').search = new URLSearchParams({ receipt: id });
      }
      form.hidden = true;
      panel.hidden = false;
      part('receipt-title').focus();
      panel.scrollIntoView({ block: 'nearest' });
    },
  };
}
