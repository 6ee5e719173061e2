import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { signSideBySide } from '../../encode/signature.js';
import { launchExtensions, sha256 } from '../authenticator-data.js';
import type { DefectWith } from './defect.js';
import { added, BROKEN_TEXT, nested, longHead, openEnded, repeated, replaced, without } from './cbor.js';
import { LAUNCH_FAULTS, withExtensions } from './launch.js';
import type { AssertionSteps } from '../make-assertion.js';

const SIGNATURE = 'signature';
const DATA = 'authenticatorData';

export const ASSERTION_DEFECTS = {
  'assertion-oversized': {
    code: 'ERR_APP_ATTEST_ASSERTION_TOO_LARGE',
    says: 'more octets than any assertion has',
    map: (sound) => added(sound, 'fill', Buffer.alloc(8192)),
  },
  'assertion-empty': {
    code: 'ERR_APP_ATTEST_ASSERTION_CBOR_MALFORMED',
    says: 'no octets at all',
    bytes: () => Buffer.alloc(0),
  },
  'assertion-truncated': {
    code: 'ERR_APP_ATTEST_ASSERTION_CBOR_MALFORMED',
    says: 'the last octet is cut off',
    bytes: (bytes) => bytes.subarray(0, -1),
  },
  'assertion-trailing-bytes': {
    code: 'ERR_APP_ATTEST_ASSERTION_CBOR_MALFORMED',
    says: 'something follows the object',
    bytes: (bytes) => Buffer.concat([bytes, Buffer.of(0xf6)]),
  },
  'assertion-not-a-map': {
    code: 'ERR_APP_ATTEST_ASSERTION_CBOR_MALFORMED',
    says: 'a list instead of the map',
    map: (sound) => sound.pairs.map(([, value]) => value),
  },
  'assertion-nested-deep': {
    code: 'ERR_APP_ATTEST_ASSERTION_CBOR_MALFORMED',
    says: 'lists nested 3,000 deep',
    map: () => nested(3000),
  },
  'assertion-open-ended': {
    code: 'ERR_APP_ATTEST_ASSERTION_CBOR_MALFORMED',
    says: 'a map of indefinite length',
    map: openEnded,
  },
  'assertion-long-head': {
    code: 'ERR_APP_ATTEST_ASSERTION_CBOR_MALFORMED',
    says: 'a length that is not in its shortest form',
    map: longHead,
  },
  'assertion-repeated-signature': {
    code: 'ERR_APP_ATTEST_ASSERTION_CBOR_MALFORMED',
    says: 'two signatures, the second one genuine',
    map: (sound) => repeated(sound, SIGNATURE, Buffer.alloc(70), 'before'),
  },
  'assertion-repeated-data': {
    code: 'ERR_APP_ATTEST_ASSERTION_CBOR_MALFORMED',
    says: 'authenticator data twice, the first one genuine',
    map: (sound) => repeated(sound, DATA, Buffer.alloc(37), 'after'),
  },
  'assertion-broken-key': {
    code: 'ERR_APP_ATTEST_ASSERTION_CBOR_MALFORMED',
    says: 'a key that is not UTF-8',
    map: (sound) => added(sound, BROKEN_TEXT, 0),
  },
  'assertion-list-as-key': {
    code: 'ERR_APP_ATTEST_ASSERTION_CBOR_MALFORMED',
    says: 'a key that is a list',
    map: (sound) => added(sound, [], 0),
  },
  'assertion-no-signature': {
    code: 'ERR_APP_ATTEST_ASSERTION_MEMBERS_MALFORMED',
    says: 'no signature',
    map: (sound) => without(sound, SIGNATURE),
  },
  'assertion-no-data': {
    code: 'ERR_APP_ATTEST_ASSERTION_MEMBERS_MALFORMED',
    says: 'no authenticator data',
    map: (sound) => without(sound, DATA),
  },
  'assertion-signature-as-text': {
    code: 'ERR_APP_ATTEST_ASSERTION_MEMBERS_MALFORMED',
    says: 'the signature is text',
    map: (sound) => replaced(sound, SIGNATURE, () => 'MEUCIQ'),
  },
  'assertion-data-short': {
    code: 'ERR_APP_ATTEST_ASSERTION_AUTH_DATA_MALFORMED',
    says: 'authenticator data without the last octet of the counter',
    dataBytes: (bytes) => bytes.subarray(0, 36),
  },
  'assertion-data-trailing-bytes': {
    code: 'ERR_APP_ATTEST_ASSERTION_AUTH_DATA_MALFORMED',
    says: 'something follows the extensions in the authenticator data',
    data: withExtensions(launchExtensions),
    dataBytes: (bytes) => Buffer.concat([bytes, Buffer.of(0)]),
  },
  'assertion-single-hash': {
    code: 'ERR_APP_ATTEST_ASSERTION_SIGNATURE_INVALID',
    says: 'signed over authenticator data and client data hash, which are hashed only once',
    sign: (_, { key, clientDataHash }, data) => sign('sha256', Buffer.concat([data, clientDataHash]), key),
  },
  'assertion-other-key': {
    code: 'ERR_APP_ATTEST_ASSERTION_SIGNATURE_INVALID',
    says: 'signed with another key',
    contents: (contents) => ({ ...contents, key: strangersKey() }),
  },
  'assertion-other-client-data': {
    code: 'ERR_APP_ATTEST_ASSERTION_SIGNATURE_INVALID',
    says: 'signed over other client data',
    contents: (contents) => ({ ...contents, clientDataHash: sha256('other client data') }),
  },
  'assertion-changed-data': {
    code: 'ERR_APP_ATTEST_ASSERTION_SIGNATURE_INVALID',
    says: 'the counter was raised after signing',
    map: (sound) =>
      replaced(sound, DATA, (data) => {
        const changed = Buffer.from(data as Uint8Array);
        changed.writeUInt8(changed.readUInt8(36) ^ 0x80, 36);
        return changed;
      }),
  },
  'assertion-raw-signature': {
    code: 'ERR_APP_ATTEST_ASSERTION_SIGNATURE_INVALID',
    says: 'a signature of two plain numbers, not in DER',
    sign: (nonce, { key }) => signSideBySide('sha256', nonce, key),
  },
  'assertion-signature-trailing-bytes': {
    code: 'ERR_APP_ATTEST_ASSERTION_SIGNATURE_INVALID',
    says: 'something follows in the signature',
    sign: (nonce, { key }) => Buffer.concat([sign('sha256', nonce, key), Buffer.of(0)]),
  },
  'assertion-empty-signature': {
    code: 'ERR_APP_ATTEST_ASSERTION_SIGNATURE_INVALID',
    says: 'a signature of no octets',
    sign: () => Buffer.alloc(0),
  },
  'assertion-other-app': {
    code: 'ERR_APP_ATTEST_ASSERTION_APP_ID_MISMATCH',
    says: 'made in another app',
    contents: (contents) => ({ ...contents, appId: 'TEAMID9999.com.example.stranger' }),
  },
  'assertion-counter-zero': {
    code: 'ERR_APP_ATTEST_ASSERTION_COUNTER_REUSED',
    says: 'the counter is 0',
    contents: (contents) => ({ ...contents, counter: 0 }),
  },
  'assertion-counter-repeated': {
    code: 'ERR_APP_ATTEST_ASSERTION_COUNTER_REUSED',
    says: 'the counter has not risen since the last assertion',
    contents: (contents) => ({ ...contents, counter: contents.counter - 1 }),
  },
  'assertion-extensions-not-a-map': {
    code: 'ERR_APP_ATTEST_ASSERTION_AUTH_DATA_MALFORMED',
    says: 'a number where the extensions are',
    data: withExtensions(LAUNCH_FAULTS.notAMap),
  },
  'assertion-extensions-repeated-key': {
    code: 'ERR_APP_ATTEST_ASSERTION_AUTH_DATA_MALFORMED',
    says: 'the category twice, the first one genuine',
    data: withExtensions(LAUNCH_FAULTS.repeatedKey),
  },
  'assertion-extensions-open-ended': {
    code: 'ERR_APP_ATTEST_ASSERTION_AUTH_DATA_MALFORMED',
    says: 'extensions of indefinite length',
    data: withExtensions(LAUNCH_FAULTS.openEnded),
  },
  'assertion-extensions-nested-deep': {
    code: 'ERR_APP_ATTEST_ASSERTION_AUTH_DATA_MALFORMED',
    says: 'lists nested 3,000 deep in the extensions',
    data: withExtensions(LAUNCH_FAULTS.nestedDeep),
  },
  'assertion-category-short': {
    code: 'ERR_APP_ATTEST_ASSERTION_CATEGORY_INVALID',
    says: 'a category of three octets',
    data: withExtensions(LAUNCH_FAULTS.categoryShort),
  },
  'assertion-category-integer': {
    code: 'ERR_APP_ATTEST_ASSERTION_CATEGORY_INVALID',
    says: 'a category that is an integer of CBOR',
    data: withExtensions(LAUNCH_FAULTS.categoryInteger),
  },
  'assertion-category-never': {
    code: 'ERR_APP_ATTEST_ASSERTION_CATEGORY_INVALID',
    says: 'the category that Apple calls invalid',
    data: withExtensions(LAUNCH_FAULTS.categoryNever),
  },
  'assertion-category-unknown': {
    code: 'ERR_APP_ATTEST_ASSERTION_CATEGORY_INVALID',
    says: 'the octets of the category in the wrong order',
    data: withExtensions(LAUNCH_FAULTS.categoryUnknown),
  },
  'assertion-category-other': {
    code: 'ERR_APP_ATTEST_ASSERTION_CATEGORY_DENIED',
    says: 'an app of TestFlight, where only the App Store is allowed',
    needs: 'category',
    data: withExtensions(LAUNCH_FAULTS.categoryOther),
  },
  'assertion-category-missing': {
    code: 'ERR_APP_ATTEST_ASSERTION_CATEGORY_MISSING',
    says: 'no category, and one is required',
    needs: 'category',
    data: withExtensions(LAUNCH_FAULTS.categoryMissing),
  },
  'assertion-bundle-version-bytes': {
    code: 'ERR_APP_ATTEST_ASSERTION_BUNDLE_VERSION_INVALID',
    says: 'a bundle version that is not text',
    data: withExtensions(LAUNCH_FAULTS.bundleVersionBytes),
  },
  'assertion-bundle-version-other': {
    code: 'ERR_APP_ATTEST_ASSERTION_BUNDLE_VERSION_DENIED',
    says: 'a bundle version that is not allowed',
    needs: 'bundleVersion',
    data: withExtensions(LAUNCH_FAULTS.bundleVersionOther),
  },
  'assertion-bundle-version-missing': {
    code: 'ERR_APP_ATTEST_ASSERTION_BUNDLE_VERSION_MISSING',
    says: 'no bundle version, and one is required',
    needs: 'bundleVersion',
    data: withExtensions(LAUNCH_FAULTS.bundleVersionMissing),
  },
  'assertion-code-directory-other': {
    code: 'ERR_APP_ATTEST_ASSERTION_CODE_DIRECTORY_DENIED',
    says: 'the code of a version that is not allowed',
    needs: 'codeDirectoryHash',
    data: withExtensions(LAUNCH_FAULTS.codeDirectoryOther),
  },
  'assertion-code-directory-missing': {
    code: 'ERR_APP_ATTEST_ASSERTION_CODE_DIRECTORY_MISSING',
    says: 'no hash of the code, and one is required',
    needs: 'codeDirectoryHash',
    data: withExtensions(LAUNCH_FAULTS.codeDirectoryMissing),
  },
} as const satisfies Record<string, DefectWith<AssertionSteps>>;

function strangersKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}
