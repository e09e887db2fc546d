// Shows the receipt that the API adds to the address as `?receipt=`. Anyone can write such an address, so
// only what has the form of an id is shown, and only as text.

const id = new URLSearchParams(location.search).get('receipt');
const receipt = document.querySelector('[data-part="receipt"]');

if (receipt && id && /^[A-Za-z0-9_-]{8,64}$/.test(id)) {
  receipt.querySelector('[data-part="receipt-id"]').textContent = id;
  receipt.hidden = false;
}
