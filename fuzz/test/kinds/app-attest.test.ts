import { describe, expect, it } from 'vitest';
import {
  inspectAppAttestAssertion,
  inspectAppAttestAttestation,
  inspectAppAttestReceipt,
  verifyAppAttestAssertion,
  verifyAppAttestAttestation,
  verifyAppAttestReceipt,
} from 'attestkit/app-attest';
import { AttestationError } from 'attestkit';
import type { AppAttestKind } from '../../src/kinds/app-attest/objects.js';
import { fuzz, otherCode, skipping } from '../support/fuzzer.js';

const COUNT = 4000;
/** Until a planted fault is found. */
const MOST = 60_000;

describe.each<[AppAttestKind, string[]]>([
  ['attestation', ['the receipt in an attestation', 'further members', 'the order', 'other form']],
  ['assertion', ['further members', 'the order', 'other form']],
  ['receipt', ['lengths and pieces', 'certificates of a receipt', 'other form']],
])('the fuzzer of App Attest: %s', (kind, unsigned) => {
  it('finds no mutant that breaks a rule, among a few thousand', () => {
    const { violation, count, tallies, reasons } = fuzz(kind, COUNT);
    expect(violation).toBeUndefined();
    expect(count).toBe(COUNT);
    // Each of these was made, and found to be unsigned; and those that were signed again were read a second time.
    for (const part of [...unsigned, 'signed again, and in order'])
      expect(Object.keys(reasons).filter((reason) => reason.includes(part))).not.toEqual([]);
    const idle = Object.entries(tallies).filter(([, { refused }]) => refused === 0);
    expect(idle.map(([name]) => name).filter((name) => !name.includes('other form'))).toEqual([]);
  }, 120_000);
});

it.each([
  ['ERR_APP_ATTEST_ROOT_UNKNOWN', attestationWithout],
  ['ERR_APP_ATTEST_LEAF_SIGNATURE_INVALID', attestationWithout],
  ['ERR_APP_ATTEST_CERTIFICATE_EXPIRED', attestationWithout],
  ['ERR_APP_ATTEST_NONCE_MISMATCH', attestationWithout],
  ['ERR_APP_ATTEST_APP_ID_MISMATCH', attestationWithout],
  ['ERR_APP_ATTEST_CREDENTIAL_KEY_MISMATCH', attestationWithout],
  ['ERR_APP_ATTEST_ENVIRONMENT_DENIED', attestationWithout],
  ['ERR_APP_ATTEST_ASSERTION_SIGNATURE_INVALID', assertionWithout],
  ['ERR_APP_ATTEST_ASSERTION_APP_ID_MISMATCH', assertionWithout],
  ['ERR_APP_ATTEST_ASSERTION_COUNTER_REUSED', assertionWithout],
  ['ERR_APP_ATTEST_RECEIPT_SIGNATURE_INVALID', receiptWithout],
  ['ERR_APP_ATTEST_RECEIPT_SIGNER_SIGNATURE_INVALID', receiptWithout],
  ['ERR_APP_ATTEST_RECEIPT_ROOT_UNKNOWN', receiptWithout],
  ['ERR_APP_ATTEST_RECEIPT_EXPIRED', receiptWithout],
  ['ERR_APP_ATTEST_RECEIPT_CLIENT_HASH_MISMATCH', receiptWithout],
  ['ERR_APP_ATTEST_RECEIPT_LEAF_MISMATCH', receiptWithout],
] as const)(
  'finds a verifier that does not look for %s',
  (code, without) => {
    const [kind, broken] = without(code);
    expect(fuzz(kind, MOST, broken).violation?.rule).toBe('it was accepted');
  },
  120_000,
);

describe('the fuzzer of App Attest finds', () => {
  it.each<[AppAttestKind, object]>([
    ['attestation', { verifyAppAttestAttestation: throwing(verifyAppAttestAttestation) }],
    ['assertion', { verifyAppAttestAssertion: throwing(verifyAppAttestAssertion) }],
    ['receipt', { verifyAppAttestReceipt: throwing(verifyAppAttestReceipt) }],
  ])('something else that is thrown: %s', (kind, broken) => {
    expect(fuzz(kind, COUNT, broken).violation?.rule).toMatch(/escaped: RangeError/);
  });

  it.each<[AppAttestKind, object]>([
    ['attestation', { inspectAppAttestAttestation: otherCode(inspectAppAttestAttestation) }],
    ['assertion', { inspectAppAttestAssertion: otherCode(inspectAppAttestAssertion) }],
    ['receipt', { inspectAppAttestReceipt: otherCode(inspectAppAttestReceipt) }],
  ])('an inspector that says something else: %s', (kind, broken) => {
    expect(fuzz(kind, COUNT, broken).violation?.rule).toMatch(/inspect says ERR_OTHER/);
  });

  it.each<[AppAttestKind, string, object]>([
    ['attestation', 'ERR_APP_ATTEST_LEAF_SIGNATURE_INVALID', remembering('attestation')],
    ['receipt', 'ERR_APP_ATTEST_RECEIPT_SIGNATURE_INVALID', remembering('receipt')],
  ])('a memory that makes it accept more: %s', (kind, code, broken) => {
    expect(fuzz(kind, COUNT, broken).violation?.rule).toBe(`verify says ${code}, the memory says accepted`);
  });

  it('a genuine object that is refused', () => {
    const refusing: typeof verifyAppAttestAssertion = (assertion, expected) => {
      const result = verifyAppAttestAssertion(assertion, expected);
      if (result.category === undefined) return result;
      throw new AttestationError({ name: '', code: 'ERR_NOT_LIKED', stage: 'untrusted', says: '', spec: '' });
    };
    const { violation } = fuzz('assertion', COUNT, { verifyAppAttestAssertion: refusing });
    expect(violation?.rule).toBe('it was refused (ERR_NOT_LIKED), and is in order');
  });
});

function attestationWithout(code: string): [AppAttestKind, object] {
  const verify = skipping(code, verifyAppAttestAttestation, inspectAppAttestAttestation);
  return ['attestation', { verifyAppAttestAttestation: verify }];
}

function assertionWithout(code: string): [AppAttestKind, object] {
  const verify = skipping(code, verifyAppAttestAssertion, inspectAppAttestAssertion);
  return ['assertion', { verifyAppAttestAssertion: verify }];
}

function receiptWithout(code: string): [AppAttestKind, object] {
  const verify = skipping(code, verifyAppAttestReceipt, inspectAppAttestReceipt);
  return ['receipt', { verifyAppAttestReceipt: verify }];
}

/** Trips over what is a few octets long. */
function throwing<Result>(verify: (object: Uint8Array, expected: never) => Result) {
  return (object: Uint8Array, expected: never): Result => {
    if (object.length < 8) throw new RangeError('out of range');
    return verify(object, expected);
  };
}

/** With a memory it does not look at signatures. */
function remembering(kind: 'attestation' | 'receipt'): object {
  const careless = {
    attestation: attestationWithout('ERR_APP_ATTEST_LEAF_SIGNATURE_INVALID')[1],
    receipt: receiptWithout('ERR_APP_ATTEST_RECEIPT_SIGNATURE_INVALID')[1],
  }[kind];
  const careful = { attestation: { verifyAppAttestAttestation }, receipt: { verifyAppAttestReceipt } }[kind];
  const [[name, without] = ['', undefined]] = Object.entries(careless) as [string, Verifier][];
  const [whole] = Object.values(careful) as Verifier[];
  const verify: Verifier = (object, expected) =>
    (expected.cache === undefined ? whole : without)?.(object, expected);
  return { [name]: verify };
}

type Verifier = (object: Uint8Array, expected: { readonly cache?: object }) => unknown;
