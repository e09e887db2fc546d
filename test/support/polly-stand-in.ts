import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { readSpeechRequest, speechOf } from './polly-speech.ts';
import { voicePage } from './polly-voices.ts';

/** A call that Polly would have answered, and billed. */
export interface PollyCall {
  kind: 'audio' | 'marks';
  engine: string;
  voice: string;
  language: string | undefined;
  format: string;
  /** As billed. */
  characters: number;
}

/** What goes wrong: `throttle` and `fail` answer 400 and 500, `cut` ends in the middle of the audio. */
export type Trouble = 'throttle' | 'fail' | 'cut';

export interface PollyStandIn {
  url: string;
  /** Environment that points the service at it. */
  env: { AWS_ENDPOINT_URL_POLLY: string };
  calls: PollyCall[];
  /** Requests for a page of voices. */
  voicePages(): number;
  /** Requests that met trouble. */
  troubled(): number;
  /** Calls of SynthesizeSpeech that are under way. */
  underWay(): number;
  /** The most calls of SynthesizeSpeech that were under way at once. */
  mostAtOnce(): number;
  /** The next requests, of any kind, meet this. */
  trouble(kind: Trouble, times: number): void;
  /** Speaks so many times more slowly. Like Polly's, its audio ends after ten minutes. */
  slow(times: number): void;
  /** Answers to SynthesizeSpeech wait until the function that it gives is called. */
  hold(): () => void;
  stop(): Promise<void>;
}

/** Polly's DescribeVoices and SynthesizeSpeech, with its checks, on a free port of the loopback address. */
export async function startPollyStandIn(): Promise<PollyStandIn> {
  const calls: PollyCall[] = [];
  const troubles: Trouble[] = [];
  let pages = 0;
  let troubled = 0;
  let underWay = 0;
  let mostAtOnce = 0;
  let slowness = 1;
  let held = Promise.resolve();

  async function synthesize(req: IncomingMessage, res: ServerResponse, trouble: Trouble | undefined) {
    const body = (await json(req)) as Record<string, unknown>;
    await held;
    const wanted = readSpeechRequest(body);
    if ('code' in wanted) return refuse(res, 400, wanted.code, wanted.message);
    const { engine, format, spoken } = wanted;
    const speech = speechOf(wanted, slowness);
    res.writeHead(200, { 'Content-Type': speech.type, 'x-amzn-RequestCharacters': spoken.length });
    if (trouble === 'cut') {
      res.write(speech.body.subarray(0, speech.body.length / 2), () => res.destroy());
      return;
    }
    calls.push({
      kind: format === 'json' ? 'marks' : 'audio',
      engine,
      voice: String(body.VoiceId),
      language: body.LanguageCode as string | undefined,
      format,
      characters: spoken.length,
    });
    res.end(speech.body);
  }

  const server = createServer(async (req, res) => {
    const { pathname, searchParams } = new URL(req.url ?? '/', 'http://polly');
    const trouble = troubles.shift();
    if (trouble) troubled += 1;
    if (trouble === 'throttle') return refuse(res, 400, 'ThrottlingException', 'Rate exceeded');
    if (trouble === 'fail') return refuse(res, 500, 'ServiceFailureException', 'Try again');
    if (req.method === 'GET' && pathname === '/v1/voices') {
      pages += 1;
      const page = voicePage(searchParams.get('NextToken'));
      if (!page) return refuse(res, 400, 'InvalidNextTokenException', 'The NextToken is invalid.');
      res.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(page));
      return;
    }
    if (req.method !== 'POST' || pathname !== '/v1/speech')
      return refuse(res, 404, 'NotFound', 'no such path');
    underWay += 1;
    mostAtOnce = Math.max(mostAtOnce, underWay);
    res.once('close', () => {
      underWay -= 1;
    });
    await synthesize(req, res, trouble).catch((error) => res.destroy(error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url,
    env: { AWS_ENDPOINT_URL_POLLY: url },
    calls,
    voicePages: () => pages,
    troubled: () => troubled,
    underWay: () => underWay,
    mostAtOnce: () => mostAtOnce,
    trouble(kind, times) {
      troubles.push(...Array<Trouble>(times).fill(kind));
    },
    slow(times) {
      slowness = times;
    },
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return resolve;
    },
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function refuse(res: ServerResponse, status: number, code: string, message: string): void {
  const headers = { 'Content-Type': 'application/json', 'x-amzn-ErrorType': code };
  res.writeHead(status, headers).end(JSON.stringify({ message }));
}
