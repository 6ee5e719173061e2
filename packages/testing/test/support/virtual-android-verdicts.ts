import {
  inspectKeyAttestation,
  readRevocationList,
  verifyKeyAttestation,
  type KeyAttestationExpectations,
} from 'attestkit/key-attestation';
import { AttestationError } from 'attestkit';
import type { KeyAttestationDemand } from '../../src/android/defects/defect.js';
import { createVirtualGoogle } from '../../src/google/index.js';
import {
  KEY_ATTESTATION_DEFECTS,
  type AndroidOptions,
  type KeyAttestationChainDefect,
} from '../../src/android/index.js';

export const NOW = Date.parse('2026-06-15T12:00:00Z');
export const CHALLENGE = 'the-challenge-of-this-test';
export const PACKAGE = 'com.example.app';
export const DIGEST = 'ab'.repeat(32);

export const google = createVirtualGoogle({ now: () => NOW });

export const device = (options: Partial<AndroidOptions> = {}) =>
  google.createAndroid({ packageName: PACKAGE, signingDigests: [DIGEST], ...options });

/** Every demand that the honest device meets, but for those left out. */
export function expectations(without: readonly KeyAttestationDemand[] = []): KeyAttestationExpectations {
  const demands = {
    allowAttestKeys: true,
    minimumOs: '13',
    minimumPatchLevel: '2026-01',
    minimumVendorPatchLevel: '2026-01-05',
    minimumBootPatchLevel: '2026-01-05',
    maxCertificatesIssued: 100,
    purposes: ['sign'],
    userAuthentication: 'required',
    maxKeyAgeSeconds: 300,
    revocations: readRevocationList(JSON.parse(google.revocationList())) ?? 'not-checked',
  } as const;
  const kept = Object.entries(demands).filter(([name]) => !without.includes(name as KeyAttestationDemand));
  const minimumVersionCode = without.includes('minimumVersionCode') ? {} : { minimumVersionCode: 1 };
  return {
    revocations: 'not-checked',
    ...Object.fromEntries(kept),
    challenge: CHALLENGE,
    apps: [{ packageName: PACKAGE, signingCertificates: [DIGEST], ...minimumVersionCode }],
    roots: google.keyAttestationRoots,
    now: NOW,
  };
}

/** `accepted`, or the code; fails where verifier and inspector disagree, or something else is thrown. */
export function judge(chain: readonly Uint8Array[], expected: KeyAttestationExpectations): string {
  const inspection = inspectKeyAttestation(chain, expected);
  const reported = inspection.verdict === 'pass' ? 'accepted' : inspection.code;
  let thrown = 'accepted';
  try {
    verifyKeyAttestation(chain, expected);
  } catch (error) {
    if (!(error instanceof AttestationError)) throw error;
    thrown = error.code;
  }
  if (thrown !== reported) throw new Error(`the verifier says ${thrown}, the inspector ${reported}`);
  return thrown;
}

/** The defects of chains that can be made with this provisioning. */
export function chainDefects(provisioning: 'factory' | 'rkp'): KeyAttestationChainDefect[] {
  return Object.entries(KEY_ATTESTATION_DEFECTS)
    .filter(([, facts]) => facts.target === 'chain')
    .filter(([, facts]) => facts.provisioning === undefined || facts.provisioning === provisioning)
    .map(([name]) => name as KeyAttestationChainDefect);
}
