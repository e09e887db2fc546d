import { call } from '../otp/call.js';

/** What is shown of the feedback itself, in this order. */
const members = ['receivedAt', 'message', 'rating', 'name', 'email', 'page'];

function createEntry(term, value) {
  const entry = document.createElement('div');
  const dt = document.createElement('dt');
  const dd = document.createElement('dd');
  dt.textContent = term;
  dd.textContent = value;
  dd.dir = 'auto';
  entry.append(dt, dd);
  return entry;
}

function createLink(text, href) {
  const link = document.createElement('a');
  link.textContent = text;
  link.href = href;
  return link;
}

function createAttachment({ name, size, links }, formats) {
  const item = document.createElement('li');
  const link = createLink(name, `${links.content}&download=1`);
  const bytes = document.createElement('span');
  link.className = 'file-name';
  bytes.className = 'file-size';
  bytes.textContent = formats.size(size);
  item.append(link, bytes);
  return item;
}

/** Shows what was sent, and offers to save and to delete it. */
export function createView({ part, words, formats }) {
  let links;

  function entriesOf(sent) {
    const shown = {
      ...sent,
      receivedAt: formats.time(new Date(sent.receivedAt)),
      ...(sent.rating && { rating: words('rating', { rating: sent.rating }) }),
    };
    const own = members.filter((name) => shown[name] !== undefined);
    return [
      ...own.map((name) => createEntry(words(`said-${name}`), shown[name])),
      ...Object.entries(sent.fields).map(([name, value]) => createEntry(name, value)),
    ];
  }

  function ask(asking) {
    part('question').hidden = !asking;
    part('remove').setAttribute('aria-expanded', String(asking));
    part(asking ? 'keep' : 'remove').focus();
  }

  async function remove() {
    const answer = await call(links.remove, { method: 'DELETE' });
    const isGone = answer?.status === 204 || answer?.status === 404;
    if (isGone) {
      part('view').hidden = true;
      part('gone').hidden = false;
      part('gone-title').focus();
      return;
    }
    const { code } = answer?.body ?? {};
    part('view-notice').textContent = words(
      code === 'link_expired' ? 'links-over' : answer ? 'problem-store_unavailable' : 'unreachable',
    );
    part('view-notice').focus();
  }

  part('remove').addEventListener('click', () => ask(part('question').hidden));
  part('keep').addEventListener('click', () => ask(false));
  part('remove-really').addEventListener('click', () => void remove());

  return {
    show(access, sent) {
      ({ links } = access);
      part('view-until').textContent = words('until', { time: formats.time(new Date(access.expiresAt)) });
      part('said').replaceChildren(...entriesOf(sent));
      part('attachments').replaceChildren(...sent.attachments.map((each) => createAttachment(each, formats)));
      part('export').href = links.export;
      part('speech').hidden = !sent.links.speech;
      if (sent.links.speech) part('speech').replaceChildren(createLink(words('listen'), sent.links.speech));
      part('view').hidden = false;
      part('view-title').focus();
    },
  };
}
