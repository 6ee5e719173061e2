import {
  KEY_ATTESTATION_DEFECTS,
  type KeyAttestationChainDefect,
  type KeyAttestationDefect,
  type KeyAttestationSignatureDefect,
} from 'attestkit-testing/android';
import { createVirtualGoogle } from 'attestkit-testing/google';
import { base64, type Pair } from './pair.js';

const AT = '2026-06-15T12:00:00.000Z';
const CHALLENGE = 'the-challenge-of-this-test';
const PACKAGE = 'com.example.app';
const DIGEST = 'ab'.repeat(32);
const LINES = 'what the app says';

const google = createVirtualGoogle({ now: () => Date.parse(AT) });
const device = google.createAndroid({ packageName: PACKAGE, signingDigests: [DIGEST] });

/** Every demand that the sound device meets. */
const POLICY = {
  verifiedBoot: 'required',
  minimumOs: '13',
  minimumPatchLevel: '2026-01',
  minimumVendorPatchLevel: '2026-01-05',
  minimumBootPatchLevel: '2026-01-05',
  maxCertificatesIssued: 100,
  purposes: ['sign'],
  userAuthentication: 'required',
  maxKeyAgeSeconds: 300,
};

export function chainFile(defect?: KeyAttestationChainDefect): Record<string, unknown> {
  const wanted = { challenge: CHALLENGE, userAuthentication: true };
  const { certificateChain } = device.generateKey(wanted, defect);
  const needs = defect === undefined ? undefined : KEY_ATTESTATION_DEFECTS[defect].needs;
  return {
    kind: 'key-attestation',
    certificateChain: certificateChain.map(base64),
    challengeText: CHALLENGE,
    apps: [{ packageName: PACKAGE, signingCertificates: [DIGEST], minimumVersionCode: 1 }],
    // Forgeries with two attestations look like attestation keys where those are accepted.
    policy: { ...POLICY, ...(needs === 'allowAttestKeys' && { allowAttestKeys: true }) },
    revocationList: JSON.parse(google.revocationList()) as unknown,
    roots: google.keyAttestationRoots.map(base64),
    at: AT,
  };
}

const key = device.generateKey({ challenge: CHALLENGE });

function signatureFile(defect?: KeyAttestationSignatureDefect): Record<string, unknown> {
  return {
    kind: 'key-attestation-signature',
    signature: base64(key.sign(LINES, defect)),
    publicKey: base64(key.publicKey),
    algorithm: 'ecdsa-sha256',
    clientDataText: LINES,
  };
}

/** Every defect of chains and of requests that their keys sign. */
export function androidPairs(): readonly Pair[] {
  return (Object.keys(KEY_ATTESTATION_DEFECTS) as KeyAttestationDefect[]).map((defect) => {
    const { target, code } = KEY_ATTESTATION_DEFECTS[defect];
    return target === 'chain'
      ? { kind: 'key-attestation', defect, code, file: chainFile(defect as KeyAttestationChainDefect) }
      : {
          kind: 'key-attestation-signature',
          defect,
          code,
          file: signatureFile(defect as KeyAttestationSignatureDefect),
        };
  });
}
