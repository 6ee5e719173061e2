import { coseKey, launchExtensions, sha256 } from '../authenticator-data.js';
import { pointOf } from '../../encode/certificate.js';
import type { DefectWith, Step } from './defect.js';
import { added, asMap, repeated, replaced, without } from './cbor.js';
import type { CborMap, CborValue } from '../../encode/cbor.js';
import { LAUNCH_FAULTS, withExtensions } from './launch.js';
import type { AttestationSteps, AttestedData } from '../make-attestation.js';
import { newKeys } from '../authorities.js';

function credential(
  change: (old: AttestedData['credential']) => Partial<AttestedData['credential']>,
): Step<AttestationSteps, 'data'> {
  return (data) => ({ ...data, credential: { ...data.credential, ...change(data.credential) } });
}

/** Changes the COSE key. */
function coseMembers(change: (old: CborMap) => CborValue): Step<AttestationSteps, 'data'> {
  return credential(({ publicKey }) => ({ publicKey: change(asMap(publicKey)) }));
}

/** Faults in the statements of an attestation about key, app and challenge; Apple's certificate covers them along with the rest. */
export const ATTESTED_DATA_DEFECTS = {
  'data-short': {
    code: 'ERR_APP_ATTEST_AUTH_DATA_MALFORMED',
    says: 'authenticator data that ends within the credential id',
    dataBytes: (bytes) => bytes.subarray(0, 80),
  },
  'credential-id-overrun': {
    code: 'ERR_APP_ATTEST_AUTH_DATA_MALFORMED',
    says: 'a credential id that runs past the end',
    data: credential(() => ({ idLength: 0xffff })),
  },
  'credential-id-short': {
    code: 'ERR_APP_ATTEST_CREDENTIAL_ID_MISMATCH',
    says: 'a credential id of 31 octets',
    data: credential(({ id }) => ({ id: id.subarray(0, 31), idLength: 31 })),
  },
  'data-trailing-bytes': {
    code: 'ERR_APP_ATTEST_AUTH_DATA_MALFORMED',
    says: 'something follows the extensions in the authenticator data',
    data: withExtensions(launchExtensions),
    dataBytes: (bytes) => Buffer.concat([bytes, Buffer.of(0)]),
  },
  'cose-key-short': {
    code: 'ERR_APP_ATTEST_CREDENTIAL_KEY_MISMATCH',
    says: 'a coordinate of 31 octets',
    data: coseMembers((key) => replaced(key, -2, (x) => (x as Uint8Array).subarray(1))),
  },
  'cose-key-incomplete': {
    code: 'ERR_APP_ATTEST_CREDENTIAL_KEY_MISMATCH',
    says: 'a COSE key without its algorithm',
    data: coseMembers((key) => without(key, 3)),
  },
  'cose-key-more': {
    code: 'ERR_APP_ATTEST_CREDENTIAL_KEY_MISMATCH',
    says: 'a COSE key with a private member',
    data: coseMembers((key) => added(key, -4, Buffer.alloc(32, 1))),
  },
  'cose-key-algorithm': {
    code: 'ERR_APP_ATTEST_CREDENTIAL_KEY_MISMATCH',
    says: 'a COSE key for another algorithm',
    data: coseMembers((key) => replaced(key, 3, () => -35)),
  },
  'cose-key-repeated-member': {
    code: 'ERR_APP_ATTEST_AUTH_DATA_MALFORMED',
    says: 'a coordinate twice, the first one genuine',
    data: coseMembers((key) => repeated(key, -2, Buffer.alloc(32, 1), 'after')),
  },
  'cose-key-other': {
    code: 'ERR_APP_ATTEST_CREDENTIAL_KEY_MISMATCH',
    says: 'a COSE key that is not the one in the certificate',
    data: credential(() => ({ publicKey: coseKey(newKeys('P-256').publicKey) })),
  },
  'other-challenge': {
    code: 'ERR_APP_ATTEST_NONCE_MISMATCH',
    says: 'made for another challenge',
    contents: (contents) => ({ ...contents, clientDataHash: sha256('another challenge') }),
  },
  'changed-data': {
    code: 'ERR_APP_ATTEST_NONCE_MISMATCH',
    says: 'the flags were changed after Apple had signed',
    object: (object) => {
      const changed = Buffer.from(object.authenticatorData as Uint8Array);
      changed.writeUInt8(changed.readUInt8(32) ^ 0x01, 32);
      return { ...object, authenticatorData: changed };
    },
  },
  'other-key': {
    code: 'ERR_APP_ATTEST_KEY_ID_MISMATCH',
    says: 'about another key than the key id says',
    contents: (contents) => ({ ...contents, publicKey: newKeys('P-256').publicKey }),
  },
  'rp-id-hash': {
    code: 'ERR_APP_ATTEST_APP_ID_MISMATCH',
    says: 'authenticator data of another app, in a certificate for this one',
    data: (data) => ({ ...data, rpIdHash: sha256('TEAMID9999.com.example.stranger') }),
  },
  'other-app': {
    code: 'ERR_APP_ATTEST_APP_ID_MISMATCH',
    says: 'made in another app',
    contents: (contents) => ({ ...contents, appId: 'TEAMID9999.com.example.stranger' }),
  },
  'counter-not-zero': {
    code: 'ERR_APP_ATTEST_COUNTER_INVALID',
    says: 'the counter is 1',
    data: (data) => ({ ...data, counter: 1 }),
  },
  'other-environment': {
    code: 'ERR_APP_ATTEST_ENVIRONMENT_DENIED',
    says: 'made in development, where only production is allowed; or the reverse',
    contents: (contents) => ({
      ...contents,
      environment: contents.environment === 'production' ? 'development' : 'production',
    }),
  },
  'unknown-aaguid': {
    code: 'ERR_APP_ATTEST_AAGUID_UNKNOWN',
    says: 'an environment that only begins like production',
    data: credential(() => ({ aaguid: Buffer.from('appattest\0\0\0\0\0\0\u0001') })),
  },
  'sandbox-aaguid': {
    code: 'ERR_APP_ATTEST_AAGUID_UNKNOWN',
    says: 'the environment that Apple once documented and no device has',
    data: credential(() => ({ aaguid: Buffer.from('appattestsandbox') })),
  },
  'credential-id-other': {
    code: 'ERR_APP_ATTEST_CREDENTIAL_ID_MISMATCH',
    says: 'the credential id of another key',
    data: credential(() => ({ id: sha256(pointOf(newKeys('P-256').publicKey)) })),
  },
  'extensions-not-a-map': {
    code: 'ERR_APP_ATTEST_AUTH_DATA_MALFORMED',
    says: 'a number where the extensions are',
    data: withExtensions(LAUNCH_FAULTS.notAMap),
  },
  'extensions-repeated-key': {
    code: 'ERR_APP_ATTEST_AUTH_DATA_MALFORMED',
    says: 'the category twice, the first one genuine',
    data: withExtensions(LAUNCH_FAULTS.repeatedKey),
  },
  'extensions-open-ended': {
    code: 'ERR_APP_ATTEST_AUTH_DATA_MALFORMED',
    says: 'extensions of indefinite length',
    data: withExtensions(LAUNCH_FAULTS.openEnded),
  },
  'extensions-nested-deep': {
    code: 'ERR_APP_ATTEST_AUTH_DATA_MALFORMED',
    says: 'lists nested 3,000 deep in the extensions',
    data: withExtensions(LAUNCH_FAULTS.nestedDeep),
  },
  'category-short': {
    code: 'ERR_APP_ATTEST_CATEGORY_INVALID',
    says: 'a category of three octets',
    data: withExtensions(LAUNCH_FAULTS.categoryShort),
  },
  'category-integer': {
    code: 'ERR_APP_ATTEST_CATEGORY_INVALID',
    says: 'a category that is an integer of CBOR',
    data: withExtensions(LAUNCH_FAULTS.categoryInteger),
  },
  'category-never': {
    code: 'ERR_APP_ATTEST_CATEGORY_INVALID',
    says: 'the category that Apple calls invalid',
    data: withExtensions(LAUNCH_FAULTS.categoryNever),
  },
  'category-unknown': {
    code: 'ERR_APP_ATTEST_CATEGORY_INVALID',
    says: 'the octets of the category in the wrong order',
    data: withExtensions(LAUNCH_FAULTS.categoryUnknown),
  },
  'category-other': {
    code: 'ERR_APP_ATTEST_CATEGORY_DENIED',
    says: 'an app of TestFlight, where only the App Store is allowed',
    needs: 'category',
    data: withExtensions(LAUNCH_FAULTS.categoryOther),
  },
  'category-missing': {
    code: 'ERR_APP_ATTEST_CATEGORY_MISSING',
    says: 'no category, and one is required',
    needs: 'category',
    data: withExtensions(LAUNCH_FAULTS.categoryMissing),
  },
  'bundle-version-bytes': {
    code: 'ERR_APP_ATTEST_BUNDLE_VERSION_INVALID',
    says: 'a bundle version that is not text',
    data: withExtensions(LAUNCH_FAULTS.bundleVersionBytes),
  },
  'bundle-version-other': {
    code: 'ERR_APP_ATTEST_BUNDLE_VERSION_DENIED',
    says: 'a bundle version that is not allowed',
    needs: 'bundleVersion',
    data: withExtensions(LAUNCH_FAULTS.bundleVersionOther),
  },
  'bundle-version-missing': {
    code: 'ERR_APP_ATTEST_BUNDLE_VERSION_MISSING',
    says: 'no bundle version, and one is required',
    needs: 'bundleVersion',
    data: withExtensions(LAUNCH_FAULTS.bundleVersionMissing),
  },
  'code-directory-other': {
    code: 'ERR_APP_ATTEST_CODE_DIRECTORY_DENIED',
    says: 'the code of a version that is not allowed',
    needs: 'codeDirectoryHash',
    data: withExtensions(LAUNCH_FAULTS.codeDirectoryOther),
  },
  'code-directory-missing': {
    code: 'ERR_APP_ATTEST_CODE_DIRECTORY_MISSING',
    says: 'no hash of the code, and one is required',
    needs: 'codeDirectoryHash',
    data: withExtensions(LAUNCH_FAULTS.codeDirectoryMissing),
  },
} as const satisfies Record<string, DefectWith<AttestationSteps>>;
