import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { codeFileName } from '../../src/platform/local/outbox-code-sender.ts';
import { type AwsStandIn, startAwsStandIn } from '../support/aws-stand-in.ts';
import { startBreakingProxy } from '../support/breaking-proxy.ts';
import { assertProblem } from '../support/checks.ts';
import { wrongFor } from '../support/otp-bench.ts';
import { otpClient } from '../support/otp-client.ts';
import { type Inlet, startInlet } from '../support/start-inlet.ts';
import { tempFolder } from '../support/temp-folder.ts';

const call = 'POST /v1/otp';

async function withInlet(env: Record<string, string>, run: (inlet: Inlet) => Promise<void>): Promise<void> {
  const inlet = await startInlet(env);
  try {
    await run(inlet);
  } finally {
    await inlet.stop();
  }
}

describe('codes for one client', () => {
  it('are so many an hour, whatever the addresses, and an IPv6 /64 is one client', async () => {
    await withInlet({ INLET_OTP_CLIENT_PER_HOUR: '3', INLET_TRUSTED_HOPS: '1' }, async (inlet) => {
      const client = otpClient(inlet);
      let count = 0;
      const from = (address: string) =>
        client.request({ channel: 'email', to: `ada${count++}@example.org` }, { 'X-Forwarded-For': address });
      for (const address of ['2001:db8::1', '2001:db8::2', '2001:db8::ffff:1']) {
        assert.equal((await from(address)).status, 202, address);
      }
      const refused = await from('2001:db8:0:0:aaaa::1');
      const seconds = Number(refused.headers.get('retry-after'));
      assert.ok(seconds > 3500 && seconds <= 3600, `${seconds}`);
      await assertProblem(inlet, refused, call, 'rate_limited');
      assert.equal((await from('2001:db8:0:1::1')).status, 202);
      assert.equal((await from('192.0.2.1')).status, 202);
      assert.equal(await inlet.metric('inlet_rate_limited_total', { rule: 'otp_client' }), 1);
    });
  });
});

describe('what is logged of codes', () => {
  it('has no code, no address and no proof in it, also when sending fails', async () => {
    await withInlet({ INLET_LOG_LEVEL: 'trace', INLET_OTP_CLIENT_PER_HOUR: '100' }, async (inlet) => {
      const client = otpClient(inlet);
      const { id, code } = await client.receive('lovelace@example.org');
      const wrong = wrongFor(code);
      assert.equal((await client.verify(id, wrong)).status, 422);
      const { proof } = (await (await client.verify(id, code)).json()) as { proof: string };
      const phone = await client.receive('+4915123456789');
      assert.equal((await client.request({ channel: 'email', to: 'lovelace@example.org' })).status, 429);
      assert.equal((await client.request({ channel: 'sms', to: '+49 30 98765432' })).status, 422);

      const outbox = path.join(inlet.dataDir, 'outbox');
      await rm(outbox, { recursive: true });
      await writeFile(outbox, 'This is no folder.');
      assert.equal((await client.request({ channel: 'email', to: 'babbage@example.org' })).status, 202);
      await inlet.logged(({ msg }) => msg === 'a code could not be sent');
      inlet.kill('SIGTERM');
      assert.equal(await inlet.exited, 0);

      const output = inlet.output();
      assert.ok(output.includes('/v1/otp/[redacted]/verify'), 'the access log has the path');
      const secrets = [
        id,
        code,
        wrong,
        phone.code,
        'lovelace',
        'babbage',
        'example.org',
        '15123456789',
        '98765432',
      ];
      for (const secret of [...secrets, proof, proof.split('.')[2] ?? '']) {
        assert.equal(output.includes(secret), false, `${secret} is in the log`);
      }
    });
  });
});

describe('a process that leaves', () => {
  it('sends the codes that it has promised', async () => {
    const { folder, remove } = await tempFolder();
    try {
      const dataDir = path.join(folder, 'data');
      await withInlet({ INLET_DATA_DIR: dataDir, INLET_OTP_CLIENT_PER_HOUR: '100' }, async (inlet) => {
        const asked = await Promise.all(
          Array.from({ length: 20 }, (_, i) =>
            otpClient(inlet).request({ channel: 'email', to: `ada${i}@example.org` }),
          ),
        );
        inlet.kill('SIGTERM');
        assert.equal(await inlet.exited, 0);
        for (const answer of asked) {
          assert.equal(answer.status, 202);
          const { id } = (await answer.json()) as { id: string };
          assert.ok(existsSync(path.join(dataDir, 'outbox', codeFileName(id))), id);
        }
      });
    } finally {
      await remove();
    }
  });
});

describe('codes on AWS', () => {
  let standIn: AwsStandIn | undefined;
  after(() => standIn?.stop());

  it('are refused with 501 over a channel that is off, and with 503 while the table is away', async () => {
    standIn = await startAwsStandIn();
    const proxy = await startBreakingProxy(standIn.env.AWS_ENDPOINT_URL_DYNAMODB ?? '', () => 'pass');
    const env = { ...standIn.env, AWS_ENDPOINT_URL_DYNAMODB: proxy.url } as Record<string, string>;
    await withInlet(env, async (inlet) => {
      const client = otpClient(inlet);
      for (const [channel, to] of [
        ['email', 'ada@example.org'],
        ['sms', '+4915123456789'],
      ]) {
        await assertProblem(inlet, await client.request({ channel, to }), call, 'channel_unavailable');
      }
      await proxy.stop();
      const id = `${'A'.repeat(22)}.${'A'.repeat(22)}`;
      const answer = await client.verify(id, '123456');
      assert.match(answer.headers.get('retry-after') ?? '', /^\d+$/);
      await assertProblem(inlet, answer, 'POST /v1/otp/{id}/verify', 'store_unavailable');
    });
  });
});
