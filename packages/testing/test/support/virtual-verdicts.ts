import {
  inspectAppAttestAssertion,
  inspectAppAttestAttestation,
  inspectAppAttestReceipt,
  verifyAppAttestAssertion,
  verifyAppAttestAttestation,
  verifyAppAttestReceipt,
  type AssertionExpectations,
  type AttestationExpectations,
  type ReceiptExpectations,
} from 'attestkit/app-attest';
import { AttestationError, type Inspection } from 'attestkit';
import {
  APP_ATTEST_DEFECTS,
  createVirtualApple,
  type AppAttestDefect,
  type DefectOf,
  type DefectTarget,
} from '../../src/apple/index.js';

const NOW = Date.parse('2026-11-20T12:00:00.120Z');
export const APP_ID = 'TEAMID1234.com.example.app';
export const CHALLENGE = 'a challenge that was issued';
export const apple = createVirtualApple({ now: () => NOW });
const CODE = Buffer.alloc(32, 7);
const phone = apple.createIPhone({ appId: APP_ID, cdHash: CODE });
export const key = phone.generateKey();

/** All that a policy can ask for. */
const LAUNCH = {
  category: { allowed: ['app-store'] },
  bundleVersion: { allowed: ['1'] },
  codeDirectoryHash: { allowed: [CODE.toString('hex')] },
} as const;

export const ATTESTATION: AttestationExpectations = {
  ...LAUNCH,
  appIds: [APP_ID],
  keyId: key.keyId,
  challenge: CHALLENGE,
  roots: [apple.attestationRoot],
  minimumOs: '17.0',
  maxAgeSeconds: 300,
  now: NOW,
};
const CLIENT_DATA = Buffer.from('what the app says');

const clientDataHash = Buffer.alloc(32, 7);
const receiver = phone.generateKey();
const { certificate } = verifyAppAttestAttestation(receiver.attest({ clientDataHash }), {
  ...ATTESTATION,
  keyId: receiver.keyId,
  challenge: undefined,
  clientDataHash,
});
export const RECEIPT: ReceiptExpectations = {
  appIds: [APP_ID],
  publicKey: receiver.publicKey,
  environment: 'production',
  maxAgeSeconds: 300,
  leafCertificate: certificate,
  clientDataHash,
  roots: [apple.receiptRoot],
  now: NOW,
};

/** What verifier and inspector make of an object. */
export interface Verdicts {
  readonly verify: () => unknown;
  readonly inspection: Inspection<unknown>;
}

/** Leaves out what is not required: one expectation, or all. */
function less<Expected extends object>(expected: Expected, names: readonly string[]): Expected {
  return {
    ...expected,
    ...Object.fromEntries(names.filter((name) => name in expected).map((name) => [name, undefined])),
  };
}

export function attested(defect?: DefectOf<'attestation'>, omit: readonly string[] = []): Verdicts {
  const attestation = key.attest({ challenge: CHALLENGE }, defect);
  const expected = less(ATTESTATION, omit);
  return {
    verify: () => verifyAppAttestAttestation(attestation, expected),
    inspection: inspectAppAttestAttestation(attestation, expected),
  };
}

export function asserted(defect?: DefectOf<'assertion'>, omit: readonly string[] = []): Verdicts {
  const signer = phone.generateKey();
  signer.assert({ clientData: CLIENT_DATA });
  const assertion = signer.assert({ clientData: CLIENT_DATA }, defect);
  const expected: AssertionExpectations = {
    ...less(LAUNCH, omit),
    appId: APP_ID,
    publicKey: signer.publicKey,
    clientData: CLIENT_DATA,
    previousCounter: 1,
  };
  return {
    verify: () => verifyAppAttestAssertion(assertion, expected),
    inspection: inspectAppAttestAssertion(assertion, expected),
  };
}

export function received(
  defect?: DefectOf<'receipt'>,
  omit: readonly string[] = [],
  type: 'ATTEST' | 'RECEIPT' = 'ATTEST',
): Verdicts {
  const receipt = receiver.receipt({ type }, defect);
  const expected = less(RECEIPT, omit);
  return {
    verify: () => verifyAppAttestReceipt(receipt, expected),
    inspection: inspectAppAttestReceipt(receipt, expected),
  };
}

export function codeOf(verify: () => unknown): string {
  try {
    verify();
  } catch (error) {
    if (error instanceof AttestationError) return error.code;
    throw error;
  }
  return 'accepted';
}

export function defectsOf<Target extends DefectTarget>(target: Target): DefectOf<Target>[] {
  const names = Object.keys(APP_ATTEST_DEFECTS) as AppAttestDefect[];
  return names.filter((name) => APP_ATTEST_DEFECTS[name].target === target) as DefectOf<Target>[];
}
