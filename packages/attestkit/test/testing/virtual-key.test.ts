import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  inspectAppAttestReceipt,
  verifyAppAttestAssertion,
  verifyAppAttestAttestation,
  verifyAppAttestReceipt,
} from '../../src/app-attest/index.js';
import { ConfigurationError } from '../../src/kernel/errors.js';
import { enforcing } from '../../src/kernel/sinks.js';
import { readAttestCredentials, readProofField } from '../../src/sessions/evidence/proof-field.js';
import { requestBytes } from '../../src/sessions/evidence/signed-bytes.js';
import { createVirtualApple, type AssertOptions } from '../../src/testing/index.js';
import { refusal } from '../approov/support/tokens.js';
import { partsOf } from './support/virtual-shapes.js';

const NOW = Date.parse('2026-11-20T12:00:00.120Z');
const DAY = 86_400_000;
const APP_ID = 'TEAMID1234.com.example.app';
const CHALLENGE = 'a challenge that was issued';
let now = NOW;
const apple = createVirtualApple({ now: () => now });

describe('a virtual key', () => {
  const phone = apple.createIPhone({ appId: APP_ID });

  it('has the id of its point', () => {
    const key = phone.generateKey();
    const digest = createHash('sha256').update(key.publicKey.subarray(26)).digest('base64');
    expect(key.keyId).toBe(digest);
    expect(phone.generateKey().keyId).not.toBe(digest);
  });

  it.each([[0], [16], [21], [32], [500]])(
    'is attested over a client data hash of %i bytes as it is',
    (length) => {
      const key = phone.generateKey();
      const clientDataHash = Buffer.alloc(length, 3);
      const attestation = key.attest({ clientDataHash });
      const expected = {
        appIds: [APP_ID],
        keyId: key.keyId,
        clientDataHash,
        roots: [apple.attestationRoot],
        now,
      };
      expect(verifyAppAttestAttestation(attestation, expected).key.publicKey).toEqual(
        new Uint8Array(key.publicKey),
      );
    },
  );

  it('counts its assertions, up to 32 bits', () => {
    const key = phone.generateKey();
    const counterOf = (options: AssertOptions, previousCounter: number): number => {
      const { clientData } = options;
      const expected = { appId: APP_ID, publicKey: key.publicKey, previousCounter } as const;
      return verifyAppAttestAssertion(key.assert(options), {
        ...expected,
        clientData: Buffer.from(clientData ?? ''),
      }).counter;
    };
    expect([0, 1, 2].map((previous) => counterOf({ clientData: 'é' }, previous))).toEqual([1, 2, 3]);
    expect(counterOf({ clientData: 'x', counter: 0x8000_0000 }, 3)).toBe(2_147_483_648);
    expect(counterOf({ clientData: 'x' }, 2_147_483_648)).toBe(2_147_483_649);
    expect(counterOf({ clientData: 'x', counter: 0xffff_ffff }, 0xffff_fffe)).toBe(4_294_967_295);
    expect(() => key.assert({ clientData: 'x' })).toThrow(ConfigurationError);
  });

  it.each([
    ['with a body and a challenge', Buffer.from([0, 255]), 'a_challenge-'],
    ['with nothing', undefined, undefined],
  ])('signs a request %s as the server reads it', (_, body, challenge) => {
    const key = phone.generateKey();
    const request = { audience: 'api.example', method: 'POST', target: '/a?b=%20c' };
    const { clientData, ...values } = key.signRequest({
      ...request,
      ...(body !== undefined && { body }),
      ...(challenge !== undefined && { challenge }),
    });
    expect(clientData).toEqual(requestBytes({ ...request, body: body ?? Buffer.alloc(0), challenge }));
    const proofs = [
      readAttestCredentials(values.authorization, enforcing),
      readProofField(values.xAppAttest, enforcing),
    ];
    for (const { keyId, proofParameter, proof, challenge: sent } of proofs) {
      expect(Buffer.from(keyId, 'base64url').toString('base64')).toBe(key.keyId);
      expect([proofParameter, sent]).toEqual(['assertion', challenge]);
      const expected = { appId: APP_ID, publicKey: key.publicKey, clientData, previousCounter: 0 };
      expect(verifyAppAttestAssertion(Buffer.from(proof, 'base64url'), expected).counter).toBe(1);
    }
  });

  it('signs a request with a defect', () => {
    const key = phone.generateKey();
    const request = { audience: 'api.example', method: 'GET', target: '/' };
    const { clientData, xAppAttest } = key.signRequest(request, 'assertion-single-hash');
    const proof = Buffer.from(readProofField(xAppAttest, enforcing).proof, 'base64url');
    const expected = { appId: APP_ID, publicKey: key.publicKey, clientData, previousCounter: 0 };
    expect(refusal(() => verifyAppAttestAssertion(proof, expected))).toMatchObject({
      code: 'ERR_APP_ATTEST_ASSERTION_SIGNATURE_INVALID',
    });
  });
});

describe('receipts', () => {
  const phone = apple.createIPhone({ appId: APP_ID });
  const expected = { appIds: [APP_ID], roots: [apple.receiptRoot] };

  it('come with a key that was not attested yet, too', () => {
    const key = phone.generateKey();
    for (const encoding of ['ber', 'der'] as const) {
      const receipt = verifyAppAttestReceipt(key.receipt({ encoding }), {
        ...expected,
        publicKey: key.publicKey,
        now,
      });
      expect(receipt).toMatchObject({
        type: 'ATTEST',
        environment: 'production',
        createdAt: NOW,
        virtual: true,
      });
      expect(receipt.riskMetric).toBeUndefined();
    }
  });

  it('are exchanged for ones with a risk metric: the keys attested on the phone in 30 days', () => {
    const [one, other] = [apple.createIPhone({ appId: APP_ID }), apple.createIPhone({ appId: APP_ID })];
    const keys = [one, one, one, other].map((each) => each.generateKey());
    const [first, , , foreign] = keys.map((key) => ({
      key,
      ...receiptIn(key.attest({ challenge: CHALLENGE })),
    }));
    if (first === undefined || foreign === undefined) throw new Error('unreachable');
    const renewed = apple.exchange(first.receipt);
    const facts = verifyAppAttestReceipt(renewed ?? Buffer.alloc(0), {
      ...expected,
      publicKey: first.key.publicKey,
      now,
    });
    expect(facts).toMatchObject({ type: 'RECEIPT', riskMetric: 3, createdAt: NOW, notBefore: NOW + DAY });
    expect(metricOf(apple.exchange(foreign.receipt), foreign.key.publicKey)).toBe(1);
    expect(metricOf(apple.exchange(first.receipt, { riskMetric: 40 }), first.key.publicKey)).toBe(40);

    now = NOW + 31 * DAY;
    const again = apple.exchange(renewed ?? Buffer.alloc(0)) ?? Buffer.alloc(0);
    expect(verifyAppAttestReceipt(again, { ...expected, publicKey: first.key.publicKey, now })).toMatchObject(
      {
        riskMetric: 0,
        createdAt: NOW + 31 * DAY,
        token: facts.token,
      },
    );
    now = NOW;
  });

  it('are exchanged only where they were made so, and not changed', () => {
    const key = phone.generateKey();
    const { receipt } = receiptIn(key.attest({ challenge: CHALLENGE }));
    const changed = Buffer.from(receipt);
    changed.writeUInt8(changed.readUInt8(100) ^ 1, 100);
    expect(apple.exchange(receipt)).toBeDefined();
    expect(apple.exchange(changed)).toBeUndefined();
    expect(createVirtualApple().exchange(receipt)).toBeUndefined();
    expect(apple.exchange(key.receipt({}, 'receipt-expired'))).toBeUndefined();
  });

  it('of a renewal with a defect are refused like others', () => {
    const key = phone.generateKey();
    const receipt = key.receipt({ type: 'RECEIPT' }, 'receipt-signature');
    expect(inspectAppAttestReceipt(receipt, { ...expected, publicKey: key.publicKey, now })).toMatchObject({
      code: 'ERR_APP_ATTEST_RECEIPT_SIGNATURE_INVALID',
    });
  });

  function receiptIn(attestation: Uint8Array): { receipt: Uint8Array } {
    return { receipt: partsOf(attestation).receipt };
  }

  function metricOf(receipt: Uint8Array | undefined, publicKey: Uint8Array): number | undefined {
    return verifyAppAttestReceipt(receipt ?? Buffer.alloc(0), { ...expected, publicKey, now }).riskMetric;
  }
});
