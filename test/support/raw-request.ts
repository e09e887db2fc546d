import { connect } from 'node:net';

/** An answer as it stood on the wire. */
export interface RawAnswer {
  status: number;
  /** By lower-case name. The last of several with the same name. */
  headers: Record<string, string>;
  /** With a chunked coding undone. */
  body: string;
  /** The informational answers that came before it, such as 100. */
  interim: number[];
}

export interface RawConnection {
  /** What the other side sees as the client's port. */
  localPort: number | undefined;
  /** Sends bytes; resolves once the kernel has taken them, or the connection is closed. */
  send(bytes: string | Uint8Array): Promise<void>;
  /** Says that nothing more will be sent, and goes on reading. */
  halfClose(): void;
  /** Cuts the connection with a reset, as a crash does. */
  reset(): void;
  /** Everything that has come so far, as Latin-1. */
  received(): string;
  /** Resolves once what has come contains the text. Rejects if the connection closes without it. */
  until(text: string): Promise<void>;
  /** Resolves with all that came, once the server has closed the connection. */
  closed: Promise<string>;
  /** The first final answer. Resolves once it is complete, whether or not the connection stays open. */
  answer(): Promise<RawAnswer>;
  destroy(): void;
}

/** Only a broken process takes so long for anything. */
const patienceMs = 20_000;

/** Opens a connection on which a test decides every byte. Strings are sent as Latin-1. */
export async function openRaw(port: number, host = '127.0.0.1'): Promise<RawConnection> {
  const socket = connect({ port, host, allowHalfOpen: true });
  const { promise: opened, resolve, reject } = Promise.withResolvers<void>();
  socket.once('connect', resolve).once('error', reject);
  await opened;
  let received = '';
  let over = false;
  const watchers = new Set<() => void>();
  const notify = () => {
    for (const watcher of watchers) watcher();
  };
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1');
    notify();
  });
  // A server that refuses may reset the connection; what had come before counts all the same.
  socket.on('error', () => {});
  const closed = new Promise<string>((done) => {
    const finish = () => {
      over = true;
      notify();
      done(received);
    };
    socket.once('end', finish).once('close', finish);
  });

  function when<T>(find: () => T | undefined): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const fail = (why: string) =>
      reject(new Error(`${why}. It brought: ${JSON.stringify(received.slice(0, 2000))}`));
    const look = () => {
      const value = find();
      if (value !== undefined) resolve(value);
      else if (over) fail('The connection closed');
    };
    watchers.add(look);
    const timer = setTimeout(() => fail(`Nothing within ${patienceMs} ms`), patienceMs);
    look();
    return promise.finally(() => {
      clearTimeout(timer);
      watchers.delete(look);
    });
  }

  return {
    localPort: socket.localPort,
    send: (bytes) =>
      new Promise((sent) => {
        // Calls back also when the connection is closed meanwhile.
        socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes, () => sent());
      }),
    halfClose: () => void socket.end(),
    reset: () => void socket.resetAndDestroy(),
    received: () => received,
    until: (text) => when(() => received.includes(text) || undefined).then(() => {}),
    closed,
    answer: () => when(() => parseAnswer(received, over)),
    destroy: () => void socket.destroy(),
  };
}

/** Sends exact bytes, half-closes if asked to, and reads the whole answer. */
export async function rawRequest(
  port: number,
  bytes: string | Uint8Array | (string | Uint8Array)[],
  { halfClose = false }: { halfClose?: boolean } = {},
): Promise<RawAnswer> {
  const connection = await openRaw(port);
  try {
    for (const part of Array.isArray(bytes) ? bytes : [bytes]) await connection.send(part);
    if (halfClose) connection.halfClose();
    return await connection.answer();
  } finally {
    connection.destroy();
  }
}

/** The first final answer in what has come; undefined while it is not complete. */
export function parseAnswer(text: string, over: boolean): RawAnswer | undefined {
  const interim: number[] = [];
  let rest = text;
  for (;;) {
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    const [statusLine = '', ...lines] = rest.slice(0, end).split('\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1]);
    rest = rest.slice(end + 4);
    if (status >= 100 && status < 200) {
      interim.push(status);
      continue;
    }
    const headers = Object.fromEntries(
      lines.map((line) => {
        const at = line.indexOf(':');
        return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()];
      }),
    );
    const body = bodyOf(rest, headers, status, over);
    return body === undefined ? undefined : { status, headers, body: utf8(body), interim };
  }
}

function bodyOf(
  rest: string,
  headers: Record<string, string>,
  status: number,
  over: boolean,
): string | undefined {
  if (status === 204 || status === 304) return '';
  if (headers['transfer-encoding'] === 'chunked') return unchunked(rest);
  const length = headers['content-length'];
  if (length !== undefined) return rest.length >= Number(length) ? rest.slice(0, Number(length)) : undefined;
  return over ? rest : undefined;
}

function unchunked(text: string): string | undefined {
  let body = '';
  for (let at = 0; ; ) {
    const lineEnd = text.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(text.slice(at, lineEnd), 16);
    if (size === 0) return text.indexOf('\r\n', lineEnd + 2) < 0 ? undefined : body;
    const start = lineEnd + 2;
    if (text.length < start + size + 2) return undefined;
    body += text.slice(start, start + size);
    at = start + size + 2;
  }
}

const utf8 = (latin1: string) => Buffer.from(latin1, 'latin1').toString('utf8');
