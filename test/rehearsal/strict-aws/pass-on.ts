import type { OpaqueCall } from './read-call.ts';

/** moto's answer to a request that is passed on as it came. */
export async function passOn(moto: string, { method, url, headers, body }: OpaqueCall) {
  const {
    host: _host,
    connection: _connection,
    'content-length': _length,
    expect: _expect,
    ...rest
  } = headers;
  const answer = await fetch(new URL(url, moto), {
    method,
    headers: rest,
    redirect: 'manual',
    ...(method === 'GET' || method === 'HEAD' ? {} : { body: new Uint8Array(body) }),
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  // fetch has undone both already.
  const {
    'content-encoding': _encoding,
    'transfer-encoding': _transfer,
    ...kept
  } = Object.fromEntries(answer.headers);
  return { status: answer.status, headers: { ...kept, 'content-length': `${bytes.length}` }, bytes };
}
