import { applicationId, integers, type Description } from '../description.js';
import { app, tag, toSoftware } from './description-steps.js';
import { withTag } from '../tags.js';
import { integer, NULL, sequence, set } from '../../encode/der.js';
import type { KeyAttestationDefectWith } from './defect.js';
import type { ChainSteps } from '../make-chain.js';

function fields(change: Partial<Description>): ChainSteps {
  return { describe: (description) => ({ ...description, ...change }) };
}

/** The element as often in itself as the count says. */
function nested(count: number): Buffer {
  let element: Buffer = Buffer.alloc(0);
  for (let depth = 0; depth < count; depth += 1) element = sequence(element);
  return element;
}

const UNREADABLE = 'ERR_KEY_ATTESTATION_DESCRIPTION_MALFORMED';

export const ANDROID_DESCRIPTION_DEFECTS = {
  'description-empty': {
    code: UNREADABLE,
    says: 'an attestation extension without octets',
    encoded: () => Buffer.alloc(0),
  },
  'description-truncated': {
    code: UNREADABLE,
    says: 'the last octet of the key description is cut off',
    encoded: (extension) => extension.subarray(0, -1),
  },
  'description-trailing-bytes': {
    code: UNREADABLE,
    says: 'something follows the key description',
    encoded: (extension) => Buffer.concat([extension, NULL]),
  },
  'description-nested': {
    code: UNREADABLE,
    says: 'the attestation extension is a thousand sequences in each other',
    encoded: () => nested(1000),
  },
  'description-version': {
    code: UNREADABLE,
    says: 'a version that there never was, below the newest',
    ...fields({ version: 150 }),
  },
  'tag-twice': {
    code: 'ERR_KEY_ATTESTATION_TAG_REPEATED',
    says: 'the origin stands in the hardware’s list twice',
    ...tag(
      'hardware',
      702,
      () => integer(0),
      () => integer(2),
    ),
  },
  'unknown-tag': {
    code: 'ERR_KEY_ATTESTATION_TAG_UNKNOWN',
    says: 'the hardware’s list has a tag that no version has',
    ...tag('hardware', 999, () => NULL),
  },
  'levels-differ': {
    code: 'ERR_KEY_ATTESTATION_SECURITY_LEVEL_MISMATCH',
    says: 'the hardware attests a key in software',
    ...fields({ keyMintLevel: 0 }),
  },
  'software-level': {
    code: 'ERR_KEY_ATTESTATION_SECURITY_LEVEL_INVALID',
    says: 'attestation and key are in software',
    ...fields({ level: 0, keyMintLevel: 0 }),
  },
  'level-of-chain': {
    code: 'ERR_KEY_ATTESTATION_SECURITY_LEVEL_CHAIN_MISMATCH',
    says: 'the key claims the other secure place than the one whose certificate attests it',
    describe: (description) => {
      const other = description.level === 2 ? 1 : 2;
      return { ...description, level: other, keyMintLevel: other };
    },
  },
  'attest-key-can-sign': {
    code: 'ERR_KEY_ATTESTATION_ATTEST_KEY_INVALID',
    says: 'the app’s attestation key may sign anything else too',
    needs: 'allowAttestKeys',
    describeAttestKey: (key) => ({ ...key, hardware: withTag(key.hardware, 1, integers(7, 2)) }),
  },
  'attest-key-of-other-app': {
    code: 'ERR_KEY_ATTESTATION_ATTEST_KEY_INVALID',
    says: 'the attestation key is another app’s',
    needs: 'allowAttestKeys',
    describeAttestKey: (key) => ({
      ...key,
      software: withTag(
        key.software,
        709,
        applicationId({
          packageName: 'com.example.other',
          versionCode: 1,
          signingDigests: [Buffer.alloc(32, 1)],
        }),
      ),
    }),
  },
  'attest-key-imported': {
    code: 'ERR_KEY_ATTESTATION_ATTEST_KEY_INVALID',
    says: 'the attestation key was imported, so that a copy of it may exist',
    needs: 'allowAttestKeys',
    describeAttestKey: (key) => ({ ...key, hardware: withTag(key.hardware, 702, integer(2)) }),
  },
  'other-challenge': {
    code: 'ERR_KEY_ATTESTATION_CHALLENGE_MISMATCH',
    says: 'the key was attested for another challenge',
    ...fields({ challenge: Buffer.from('another-challenge') }),
  },
  'no-challenge': {
    code: 'ERR_KEY_ATTESTATION_CHALLENGE_MISMATCH',
    says: 'the key was attested for an empty challenge',
    ...fields({ challenge: Buffer.alloc(0) }),
  },
  'challenge-cut': {
    code: 'ERR_KEY_ATTESTATION_CHALLENGE_MISMATCH',
    says: 'the key was attested for the beginning of the challenge',
    describe: (description) => ({ ...description, challenge: description.challenge.subarray(0, -1) }),
  },
  'imported-key': {
    code: 'ERR_KEY_ATTESTATION_ORIGIN_INVALID',
    says: 'the key was imported',
    ...tag('hardware', 702, () => integer(2)),
  },
  'no-origin': {
    code: 'ERR_KEY_ATTESTATION_ORIGIN_INVALID',
    says: 'the hardware does not say where the key comes from',
    ...tag('hardware', 702),
  },
  'origin-in-software': {
    code: 'ERR_KEY_ATTESTATION_ORIGIN_INVALID',
    says: 'the system, not the hardware, says that the key was generated',
    ...toSoftware(702),
  },
  'other-package': {
    code: 'ERR_KEY_ATTESTATION_PACKAGE_MISMATCH',
    says: 'the key is another app’s',
    ...app({ packageName: 'com.example.other' }),
  },
  'no-application': {
    code: 'ERR_KEY_ATTESTATION_PACKAGE_MISMATCH',
    says: 'the system does not say whose the key is',
    ...tag('software', 709),
  },
  'other-signer': {
    code: 'ERR_KEY_ATTESTATION_DIGEST_MISMATCH',
    says: 'the app has the right name and another signer: a copy',
    ...app({ signingDigests: [Buffer.alloc(32, 0x66)] }),
  },
  'one-signer-more': {
    code: 'ERR_KEY_ATTESTATION_DIGEST_MISMATCH',
    says: 'somebody else signed the app too',
    ...tag('software', 709, ({ app: honest }) =>
      applicationId({ ...honest, signingDigests: [...honest.signingDigests, Buffer.alloc(32, 0x66)] }),
    ),
  },
  'application-unreadable': {
    code: UNREADABLE,
    says: 'the application id is not an octet string in DER',
    ...tag('software', 709, () => sequence(set())),
  },
  'all-applications': {
    code: 'ERR_KEY_ATTESTATION_ALL_APPLICATIONS_INVALID',
    says: 'every app of the device may use the key',
    ...tag('software', 600, () => NULL),
  },
} as const satisfies Readonly<Record<string, KeyAttestationDefectWith<ChainSteps>>>;
