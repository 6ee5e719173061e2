import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import type { KeyAttestationExpectations } from '../../../src/key-attestation/index.js';
import { basicConstraints, spki, type Extension } from '../../../../testing/src/encode/certificate.js';
import {
  bits,
  integer,
  NULL,
  octets,
  oid,
  printable,
  sequence,
  set,
  tagged,
  time,
  TRUE,
} from '../../../../testing/src/encode/der.js';
import { encodeCbor, map } from '../../../../testing/src/encode/cbor.js';
import { CHALLENGE, describeKey, DIGEST, NOW, PACKAGE, type Description } from './describe.js';

const DAY = 86_400_000;
export const KEY_DESCRIPTION = '1.3.6.1.4.1.11129.2.1.17';
const PROVISIONING_INFO = '1.3.6.1.4.1.11129.2.1.30';

/** A certificate before it is signed. */
export interface Draft {
  serial: bigint;
  subject: Buffer;
  /** Private. */
  key: KeyObject;
  notBefore: number;
  notAfter: number;
  extensions: Extension[];
  /** Default: the subject of the next one. */
  issuer?: Buffer;
  /** Signs it. Default: the key of the next one. */
  signer?: KeyObject;
  hash?: 'sha256' | 'sha384' | 'sha1';
  /** Object identifier of the algorithm that it names. Default: what it was signed with. */
  algorithm?: string;
  /** In place of the key in it, DER. */
  publicKey?: Buffer;
}

const ATTRIBUTES = {
  CN: '2.5.4.3',
  SERIAL: '2.5.4.5',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  T: '2.5.4.12',
} as const;

/** A name of attributes in PrintableString. */
export function named(...attributes: readonly (readonly [keyof typeof ATTRIBUTES, string])[]): Buffer {
  return sequence(...attributes.map(([type, text]) => set(sequence(oid(ATTRIBUTES[type]), printable(text)))));
}

export const newKey = (namedCurve = 'P-256'): KeyObject =>
  generateKeyPairSync('ec', { namedCurve }).privateKey;

/** Made once: what matters is which of them signs. */
const KEYS = [newKey(), newKey(), newKey(), newKey('P-384'), newKey('P-384')] as const;
export const ROOT_KEY = KEYS[4];
export const LEAF_KEY = KEYS[0];
export const STRANGER = newKey();

export const attestation = (description?: Description): Extension => ({
  oid: KEY_DESCRIPTION,
  value: describeKey(description),
});

export const provisioningInfo = (issued = 3): Extension => ({
  oid: PROVISIONING_INFO,
  value: encodeCbor(map([1, issued], [3, 'Google'])),
});

const LEAF_NAME = named(['CN', 'Android Keystore Key']);
const ROOT_NAME = named(['CN', 'Virtual Attestation CA'], ['O', 'Virtual']);

/** Five certificates like those of a remotely provisioned device, the leaf first and the root last. */
export function remoteDrafts(description?: Description): Draft[] {
  const strong = description?.level === 2;
  const [leaf, attester, lower, upper, root] = KEYS;
  return [
    draft(leaf, LEAF_NAME, 1n, [0, 365 * 50 * DAY], [attestation(description)]),
    draft(
      attester,
      named(['CN', '65d29495'], ['O', strong ? 'StrongBox' : 'TEE']),
      0x65d29495n,
      [NOW - DAY, NOW + 13 * DAY],
      [basicConstraints(true), provisioningInfo()],
    ),
    draft(lower, named(['O', 'Google LLC'], ['CN', 'Droid CA3']), 0xf59cn, [NOW - 30 * DAY, NOW + 30 * DAY]),
    draft(upper, named(['O', 'Google LLC'], ['CN', 'Droid CA2']), 0x3882n, [
      NOW - 900 * DAY,
      NOW + 900 * DAY,
    ]),
    draft(root, ROOT_NAME, 0x84a9n, [NOW - 900 * DAY, NOW + 3000 * DAY]),
  ];
}

/** Four certificates like those of a device with a key from the factory; not authorities, and expired. */
export function factoryDrafts(description?: Description): Draft[] {
  const title = description?.level === 2 ? 'StrongBox' : 'TEE';
  const [leaf, attester, , upper, root] = KEYS;
  const years: readonly [number, number] = [NOW - 3000 * DAY, NOW - 300 * DAY];
  return [
    draft(leaf, LEAF_NAME, 1n, [0, 365 * 50 * DAY], [attestation(description)]),
    draft(attester, named(['SERIAL', '884f819d'], ['T', title]), 0xb7655c8cn, years, [
      basicConstraints(false),
    ]),
    draft(upper, named(['SERIAL', 'e0c3548a'], ['T', title]), 0x164ff16dn, years),
    draft(root, ROOT_NAME, 0x84a9n, years),
  ];
}

function draft(
  key: KeyObject,
  subject: Buffer,
  serial: bigint,
  [notBefore, notAfter]: readonly [number, number],
  extensions: Extension[] = [basicConstraints(true)],
): Draft {
  return { serial, subject, key, notBefore, notAfter, extensions };
}

/** Signs each draft with the next one's key, the last with its own. */
export function signAll(drafts: readonly Draft[]): Buffer[] {
  return drafts.map((each, index) => signDraft(each, drafts[index + 1] ?? each));
}

const ALGORITHMS: Readonly<Record<string, string>> = {
  'ec sha256': '1.2.840.10045.4.3.2',
  'ec sha384': '1.2.840.10045.4.3.3',
  'ec sha1': '1.2.840.10045.4.1',
  'rsa sha256': '1.2.840.113549.1.1.11',
};

function signDraft(sketch: Draft, next: Draft): Buffer {
  const {
    serial,
    issuer = next.subject,
    signer = next.key,
    publicKey = spki(sketch.key),
    extensions,
  } = sketch;
  const { hash = signer.asymmetricKeyDetails?.namedCurve === 'secp384r1' ? 'sha384' : 'sha256' } = sketch;
  const type = signer.asymmetricKeyType ?? '';
  const dotted = sketch.algorithm ?? ALGORITHMS[`${type} ${hash}`] ?? '';
  const algorithm = sequence(oid(dotted), ...(type === 'rsa' ? [NULL] : []));
  const signed = sequence(
    tagged(0, integer(2)),
    integer(serial),
    algorithm,
    issuer,
    sequence(time(sketch.notBefore), time(sketch.notAfter)),
    sketch.subject,
    publicKey,
    tagged(
      3,
      sequence(
        ...extensions.map(({ oid: type_, critical = false, value }) =>
          sequence(oid(type_), ...(critical ? [TRUE] : []), octets(value)),
        ),
      ),
    ),
  );
  return sequence(signed, algorithm, bits(sign(hash, signed, signer)));
}

/** The root that everything here is issued under, and the strict expectations that an honest chain meets. */
export function expectations(more: Partial<KeyAttestationExpectations> = {}): KeyAttestationExpectations {
  return {
    challenge: CHALLENGE,
    apps: [{ packageName: PACKAGE, signingCertificates: [DIGEST.toString('hex')] }],
    revocations: 'not-checked',
    roots: [ROOT],
    now: NOW,
    ...more,
  };
}

export const ROOT: Buffer = signAll(remoteDrafts()).at(-1) as Buffer;
