import { inspectEvidence } from 'attestkit/inspect';
import {
  APP_ATTEST_DEFECTS,
  createVirtualApple,
  type AppAttestDefect,
  type DefectOf,
  type DefectTarget,
} from 'attestkit-testing/apple';
import { base64, type Pair } from './pair.js';

const AT = '2026-11-20T12:00:00.120Z';
const APP_ID = 'TEAMID1234.com.example.app';
const CHALLENGE = 'a challenge that was issued';
const CODE = Buffer.alloc(32, 7);
const LINES = 'what the app says';

const apple = createVirtualApple({ now: () => Date.parse(AT) });
const phone = apple.createIPhone({ appId: APP_ID, cdHash: CODE });
const key = phone.generateKey();

/** All that a policy can ask for. */
const LAUNCH = {
  category: { allowed: ['app-store'] },
  bundleVersion: { allowed: ['1'] },
  codeDirectoryHash: { allowed: [CODE.toString('hex')] },
};

/** An attestation under every demand. */
export function attestationFile(defect?: DefectOf<'attestation'>): Record<string, unknown> {
  return {
    kind: 'app-attest-attestation',
    attestation: base64(key.attest({ challenge: CHALLENGE }, defect)),
    appId: APP_ID,
    keyId: key.keyId,
    challengeText: CHALLENGE,
    ...LAUNCH,
    minimumOs: '17.0',
    maxAgeSeconds: 300,
    roots: [base64(apple.attestationRoot)],
    at: AT,
  };
}

function assertionFile(defect?: DefectOf<'assertion'>): Record<string, unknown> {
  const signer = phone.generateKey();
  signer.assert({ clientData: LINES });
  return {
    kind: 'app-attest-assertion',
    assertion: base64(signer.assert({ clientData: LINES }, defect)),
    appId: APP_ID,
    publicKey: base64(signer.publicKey),
    previousCounter: 1,
    clientDataText: LINES,
    ...LAUNCH,
    at: AT,
  };
}

const receiver = phone.generateKey();
const clientDataHash = Buffer.alloc(32, 7);
const received = inspectEvidence({
  ...attestationFile(),
  keyId: receiver.keyId,
  challengeText: undefined,
  clientDataHash: base64(clientDataHash),
  attestation: base64(receiver.attest({ clientDataHash })),
});
const leafCertificate = 'result' in received ? (received.result as { certificate: string }).certificate : '';

export function receiptFile(defect?: DefectOf<'receipt'>): Record<string, unknown> {
  return {
    kind: 'app-attest-receipt',
    receipt: base64(receiver.receipt({ type: 'ATTEST' }, defect)),
    appId: APP_ID,
    publicKey: base64(receiver.publicKey),
    environment: 'production',
    maxAgeSeconds: 300,
    leafCertificate,
    clientDataHash: base64(clientDataHash),
    roots: [base64(apple.receiptRoot)],
    at: AT,
  };
}

const MAKE: { readonly [Target in DefectTarget]: (defect: DefectOf<Target>) => Record<string, unknown> } = {
  attestation: attestationFile,
  assertion: assertionFile,
  receipt: receiptFile,
};

/** Every defect of App Attest. */
export function applePairs(): readonly Pair[] {
  return (Object.keys(APP_ATTEST_DEFECTS) as AppAttestDefect[]).map((defect) => {
    const { target, code } = APP_ATTEST_DEFECTS[defect];
    const make = MAKE[target] as (of: AppAttestDefect) => Record<string, unknown>;
    return { kind: `app-attest-${target}`, defect, code, file: make(defect) };
  });
}
