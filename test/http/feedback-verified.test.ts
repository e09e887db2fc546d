import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { type AwsStandIn, startAwsStandIn } from '../support/aws-stand-in.ts';
import { assertProblem, storedThings } from '../support/checks.ts';
import { feedbackClient, formData, receiptOf } from '../support/feedback-client.ts';
import { mintProof, proofSecret } from '../support/mint-proofs.ts';
import { parseCsv } from '../support/parse-csv.ts';
import { jpeg, windowsProgram } from '../support/samples.ts';
import { type Inlet, startInlet } from '../support/start-inlet.ts';
import { verifyAddress } from '../support/verify-address.ts';

const call = 'POST /v1/feedback';
const settings = {
  INLET_LINK_SECRETS: proofSecret,
  INLET_VERIFIED_FORMS: 'members',
  INLET_ONE_RESPONSE_FORMS: 'ballot',
  INLET_SPAM_CHECKS: 'off',
};
const keyed = (key: string) => ({ 'Idempotency-Key': key });
const someone = () => `${randomUUID()}@example.org`;

describe('feedback with a proof', () => {
  let inlet: Inlet;
  let client: ReturnType<typeof feedbackClient>;
  before(async () => {
    inlet = await startInlet(settings);
    client = feedbackClient(inlet);
  });
  after(() => inlet.stop());

  const refused = async (answer: Response, code: Parameters<typeof assertProblem>[3]) =>
    assertProblem(inlet, answer, call, code);

  it('is verified once the sender has typed the code that the address was sent', async () => {
    const email = someone();
    const proof = await verifyAddress(inlet, { to: email, purpose: 'feedback' });
    const { id } = await receiptOf(await client.sendJson({ message: 'It is me', email, proof }));
    const kept = await client.get(id);
    assert.equal(kept.verified, true);
    assert.equal(kept.verifiedBy, 'email');
    assert.ok(!JSON.stringify(kept).includes(proof), 'the proof itself is not kept');
  });

  it('is verified by a telephone number too, whatever e-mail address stands beside it', async () => {
    const proof = await verifyAddress(inlet, { channel: 'sms', to: '+4915123456789', purpose: 'feedback' });
    const { id } = await receiptOf(await client.sendJson({ message: 'Hi', email: someone(), proof }));
    const { verified, verifiedBy } = await client.get(id);
    assert.deepEqual({ verified, verifiedBy }, { verified: true, verifiedBy: 'sms' });
    const exported = await client.asAdmin('/v1/feedback/export');
    const rows = parseCsv((await exported.text()).replace(/^\ufeff/, ''));
    assert.equal(rows.find((row) => row.id === id)?.verifiedBy, 'sms');
  });

  it('takes the proof of a form in `_proof`, which does not become a field', async () => {
    const proof = await mintProof({ to: someone() });
    const form = formData(
      [
        ['message', 'By form'],
        ['_proof', proof],
      ],
      [['a.jpg', jpeg()]],
    );
    const { id } = await receiptOf(await client.post(form));
    const { verified, fields } = await client.get(id);
    assert.deepEqual({ verified, fields }, { verified: true, fields: {} });
  });

  it('is not verified because the sender says so', async () => {
    const { id } = await receiptOf(
      await client.sendForm([
        ['message', 'Trust me'],
        ['verified', 'true'],
      ]),
    );
    assert.equal((await client.get(id)).verified, false);
    await refused(await client.sendJson({ message: 'Trust me', verified: true }), 'validation_failed');
  });

  it('matches `email` whatever the case and the space around it', async () => {
    const proof = await mintProof({ to: 'Anna.Case@Example.org' });
    await receiptOf(await client.sendJson({ message: 'Hi', email: 'anna.case@example.org', proof }));
  });

  const bad: [string, () => Promise<string>, 'proof_invalid' | 'proof_expired'][] = [
    ['for another address than `email`', () => mintProof({ to: someone() }), 'proof_invalid'],
    ['for another purpose', () => mintProof({ to: 'me@example.org', purpose: 'access' }), 'proof_invalid'],
    ['for another service', () => mintProof({ to: 'me@example.org', audience: 'shop' }), 'proof_invalid'],
    [
      'that somebody else signed',
      () => mintProof({ to: 'me@example.org', secret: 'a secret of somebody else, 32 characters' }),
      'proof_invalid',
    ],
    ['that has expired', () => mintProof({ to: 'me@example.org', agoSeconds: 1801 }), 'proof_expired'],
    [
      'that was changed',
      async () => {
        const [head, , signature] = (await mintProof({ to: someone() })).split('.');
        const [, claims] = (await mintProof({ to: 'me@example.org' })).split('.');
        return `${head}.${claims}.${signature}`;
      },
      'proof_invalid',
    ],
    [
      'that is not signed at all',
      async () => {
        const [, claims] = (await mintProof({ to: 'me@example.org' })).split('.');
        return `${Buffer.from('{"alg":"none"}').toString('base64url')}.${claims}.`;
      },
      'proof_invalid',
    ],
    ['that is only a word', async () => 'verified', 'proof_invalid'],
  ];
  for (const [name, make, code] of bad) {
    it(`is refused with a proof ${name}, and leaves nothing`, async () => {
      const [records, objects] = [(await client.all()).length, (await storedThings(inlet)).objects.length];
      const form = formData(
        [
          ['message', 'Hi'],
          ['email', 'me@example.org'],
          ['_proof', await make()],
        ],
        [['a.jpg', jpeg()]],
      );
      await refused(await client.post(form), code);
      assert.equal((await client.all()).length, records);
      assert.equal((await storedThings(inlet)).objects.length, objects);
    });
  }

  it('needs a proof on a form that takes verified feedback only', async () => {
    for (const form of ['members', 'Members', 'ballot']) {
      await refused(await client.sendJson({ form, message: 'Hi' }), 'proof_required');
      await receiptOf(
        await client.sendJson({ form, message: 'Hi', proof: await mintProof({ to: someone() }) }),
      );
    }
  });

  it('keeps its proof when it is refused for another reason', async () => {
    const proof = await mintProof({ to: someone() });
    const form = 'ballot';
    const foreign = { uploads: [randomUUID()] };
    await refused(await client.sendJson({ form, message: '', proof }), 'validation_failed');
    await refused(await client.sendJson({ form, message: 'Hi', proof, ...foreign }), 'validation_failed');
    await refused(await client.sendJson({ form, message: 'Hi', email: someone(), proof }), 'proof_invalid');
    const program = formData(
      [
        ['form', form],
        ['message', 'Hi'],
        ['_proof', proof],
      ],
      [['a.jpg', windowsProgram()]],
    );
    await refused(await client.post(program), 'type_not_allowed');
    await receiptOf(await client.sendJson({ form, message: 'Hi', proof }));
  });

  it('lets an address respond again after its response was deleted', async () => {
    const to = someone();
    const respond = async () =>
      client.sendJson({ form: 'ballot', message: 'Yes', proof: await mintProof({ to }) });
    const first = await receiptOf(await respond());
    await refused(await respond(), 'already_responded');
    assert.equal((await client.remove(first.id)).status, 204);
    const second = await receiptOf(await respond());
    await refused(await respond(), 'already_responded');
    assert.equal((await client.get(second.id)).verified, true);
  });

  it('gives the proof back when the address has responded already', async () => {
    const to = someone();
    await receiptOf(
      await client.sendJson({ form: 'ballot', message: 'Yes', proof: await mintProof({ to }) }),
    );
    const proof = await mintProof({ to });
    await refused(
      await client.sendJson({ form: 'ballot', message: 'Yes again', proof }),
      'already_responded',
    );
    await receiptOf(await client.sendJson({ form: 'members', message: 'Something else', proof }));
  });
});

/** Who came first is a matter of the platform's ledger, so these run over both. */
function claimSuite(name: string, start: () => Promise<{ inlet: Inlet; stop(): Promise<void> }>): void {
  describe(`proofs and responses, ${name}`, () => {
    let inlet: Inlet;
    let stop: () => Promise<void>;
    let client: ReturnType<typeof feedbackClient>;
    before(async () => {
      ({ inlet, stop } = await start());
      client = feedbackClient(inlet);
    });
    after(() => stop?.());

    const outcomes = async (answers: Response[]) => {
      const codes = await Promise.all(
        answers.map(async (answer) => (answer.status === 201 ? 'kept' : codeOf(await answer.json()))),
      );
      return Object.fromEntries(
        Object.entries(Object.groupBy(codes, (code) => code)).map(([k, v]) => [k, v?.length]),
      );
    };
    const codeOf = (problem: unknown) => String((problem as { code: string }).code);

    it('a proof is good for one feedback', async () => {
      const proof = await mintProof({ to: someone() });
      await receiptOf(await client.sendJson({ message: 'Once', proof }));
      const again = await client.sendJson({ message: 'Twice', proof });
      await assertProblem(inlet, again, call, 'proof_used');
    });

    it('a proof is good for one feedback of 20 at once', async () => {
      const proof = await mintProof({ to: someone() });
      const sent = Array.from({ length: 20 }, (_, n) => client.sendJson({ message: `No. ${n}`, proof }));
      assert.deepEqual(await outcomes(await Promise.all(sent)), { kept: 1, proof_used: 19 });
    });

    it('an address gets one response of 20 at once, each with a proof of its own', async () => {
      const to = someone();
      const proofs = await Promise.all(Array.from({ length: 20 }, () => mintProof({ to })));
      const sent = proofs.map((proof, n) => client.sendJson({ form: 'ballot', message: `No. ${n}`, proof }));
      assert.deepEqual(await outcomes(await Promise.all(sent)), { kept: 1, already_responded: 19 });
      const other = await mintProof({ to: someone() });
      await receiptOf(await client.sendJson({ form: 'ballot', message: 'Another voter', proof: other }));
      const elsewhere = await mintProof({ to });
      await receiptOf(await client.sendJson({ form: 'members', message: 'Another form', proof: elsewhere }));
    });

    it('a retry under its idempotency key gets the receipt again, also 20 at once', async () => {
      const body = { form: 'ballot', message: 'Yes', proof: await mintProof({ to: someone() }) };
      const key = keyed(randomUUID());
      const sent = Array.from({ length: 20 }, () => client.sendJson(body, key));
      const receipts = await Promise.all((await Promise.all(sent)).map(receiptOf));
      assert.equal(new Set(receipts.map(({ id }) => id)).size, 1);
      assert.deepEqual(await receiptOf(await client.sendJson(body, key)), receipts[0]);
    });

    it('a proof that was used under one idempotency key is used under every other', async () => {
      const body = { message: 'Hi', proof: await mintProof({ to: someone() }) };
      await receiptOf(await client.sendJson(body, keyed(randomUUID())));
      await assertProblem(inlet, await client.sendJson(body, keyed(randomUUID())), call, 'proof_used');
    });
  });
}

claimSuite('local', async () => {
  const inlet = await startInlet(settings);
  return { inlet, stop: inlet.stop };
});
claimSuite('aws', async () => {
  const standIn: AwsStandIn = await startAwsStandIn();
  const inlet = await startInlet({ ...(standIn.env as Record<string, string>), ...settings });
  return {
    inlet,
    async stop() {
      await inlet.stop();
      await standIn.stop();
    },
  };
});
