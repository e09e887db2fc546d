/** What stands where no picture can be shown: the ending of the name, at most four letters. */
function ending(name) {
  return /\.(\w{1,4})$/.exec(name)?.[1] ?? '';
}

function createThumb(file) {
  const thumb = document.createElement('span');
  thumb.className = 'thumb';
  thumb.setAttribute('aria-hidden', 'true');
  if (!file.type.startsWith('image/')) {
    thumb.textContent = ending(file.name);
    return thumb;
  }
  const image = new Image();
  const url = URL.createObjectURL(file);
  image.alt = '';
  image.onload = () => URL.revokeObjectURL(url);
  image.onerror = () => {
    URL.revokeObjectURL(url);
    thumb.replaceChildren(ending(file.name));
  };
  image.src = url;
  thumb.append(image);
  return thumb;
}

/** Names and sizes keep their own direction on a page of the other one. */
function createLine(className, text) {
  const line = document.createElement('span');
  const isolated = document.createElement('bdi');
  line.className = className;
  isolated.textContent = text;
  line.append(isolated);
  return line;
}

/** One line of the list of attachments: picture, name, size, and a button to remove it. */
export function createFileItem(file, { words, formats, onRemove }) {
  const item = document.createElement('li');
  const text = document.createElement('span');
  const name = createLine('file-name', file.name);
  const remove = document.createElement('button');
  name.title = file.name;
  text.append(name, createLine('file-size', formats.size(file.size)));
  remove.type = 'button';
  remove.className = 'remove';
  remove.setAttribute('aria-label', words('file-remove', { name: file.name }));
  remove.onclick = onRemove;
  item.append(createThumb(file), text, remove);
  return item;
}
