// Why this exists: genuine certificate chains of Android's KeyStore to make mutants from: those of virtual devices of all
// versions and both ways of provisioning, and real ones; each with what it must be verified with.
import { createHash, type KeyObject } from 'node:crypto';
import type { KeyAttestationExpectations } from 'attestkit/key-attestation';
import { keyPair, signedBy, withKey } from '../../mutators/certificates.js';
import { encode, row, type Part } from '../../readers/tree.js';
import { treeOfDer } from '../../readers/trees.js';
import { NOW } from '../../run/now.js';
import { vectors } from '../../run/vectors.js';
import type { Subject } from '../../subject/subject.js';

export type Expectations = KeyAttestationExpectations;

/** Certificates in DER, the leaf first. */
export type Chain = readonly Buffer[];

/** A chain, and what it must be verified with. */
export interface Group {
  readonly name: string;
  readonly expected: Expectations;
  readonly chain: Chain;
  /** A row of its certificates. */
  readonly tree: Part;
  /** Every chain that may be accepted with these expectations. */
  readonly known: readonly Chain[];
}

/** A chain under keys of our own. */
export interface Resigned {
  readonly expected: Expectations;
  readonly root: Buffer;
  readonly certificates: readonly Part[];
  /** The signer of each certificate. */
  readonly keys: readonly KeyObject[];
}

interface Corpus {
  readonly virtual: readonly Group[];
  readonly real: readonly Group[];
  readonly resigned: readonly Resigned[];
}

/** The identifier of the attestation extension with its head, in hex. */
export const ATTESTATION = '060a2b06010401d679020111';

const DIGEST = createHash('sha256').update('signing certificate').digest('hex');
export const PACKAGE = 'com.example.app';
const APPS = [{ packageName: PACKAGE, signingCertificates: [DIGEST] }];

/** A device and a key of it, and what its chain must be verified with beside the usual. */
interface Device {
  readonly device: object;
  readonly key?: object;
  readonly held?: object;
}

/** Every version of the schema, every shape of a chain. */
const DEVICES: readonly Device[] = [
  { device: {} },
  { device: { attestationVersion: 500, securityLevel: 'strongbox' } },
  { device: { attestationVersion: 300 }, key: { userAuthentication: true } },
  { device: { attestationVersion: 200 }, key: { keyType: 'rsa' } },
  { device: { attestationVersion: 100, root: 'rsa' } },
  { device: { provisioning: 'factory', attestationVersion: 4 } },
  { device: { provisioning: 'factory', attestationVersion: 3, securityLevel: 'strongbox' } },
  { device: { provisioning: 'factory', attestationVersion: 2, osVersion: '8.1.0' } },
  { device: { attestationVersion: 300 }, key: { keyType: 'ed25519', tags: { hardware: { 714: 'IMEI' } } } },
  { device: {}, key: { keyType: 'p384', digest: 'sha384' } },
  { device: { attestationVersion: 500 }, key: { keyType: 'ml-dsa-65' } },
  { device: {}, key: { attestKey: true }, held: { allowAttestKeys: true } },
  { device: { bootState: 'UNVERIFIED', locked: false }, held: { verifiedBoot: 'any' } },
];

export function createCorpus(subject: Subject): Corpus {
  const google = subject.createVirtualGoogle({ now: () => NOW });
  const roots = google.keyAttestationRoots;
  const virtual = DEVICES.map(({ device, key, held }, index) => {
    const challenge = `the challenge of device ${index}`;
    const options = { packageName: PACKAGE, signingDigests: [DIGEST], ...device };
    const made = google.createAndroid(options).generateKey({ challenge, ...key });
    const expected: Expectations = {
      challenge,
      apps: APPS,
      revocations: 'not-checked',
      roots,
      now: NOW,
      ...held,
    };
    return ready(`virtual ${JSON.stringify({ ...device, ...key })}`, made.certificateChain, expected);
  });
  return {
    virtual,
    real: realGroups(subject),
    resigned: [0, 1, 2, 3].flatMap((at) => resigned(virtual[at])),
  };
}

function ready(name: string, certificates: readonly Uint8Array[], expected: Expectations): Group {
  const chain = certificates.map((each) => Buffer.from(each));
  const tree = row(chain.map((each) => treeOfDer(each).children?.[0] ?? row([])));
  // Without its leaf it is the chain of the app's own attestation key.
  const known = expected.allowAttestKeys === true ? [chain, chain.slice(1)] : [chain];
  return { name, chain, tree, expected, known };
}

/** Real chains with a challenge, each at its own time. */
function realGroups(subject: Subject): Group[] {
  const groups = vectors('key-attestation', '').flatMap(({ name, isGenuine, value }) => {
    const at = value('at');
    if (!isGenuine) return [];
    const chain = (value('certificateChain') as string[]).map((each) => Buffer.from(each, 'base64'));
    const held: Expectations = {
      anyApp: true,
      verifiedBoot: 'any',
      revocations: 'not-checked',
      now: at === null ? NOW : Date.parse(String(at)),
    };
    const { keyDescription } = subject.verifyKeyAttestation(chain, { ...held, anyChallenge: true });
    const challenge = keyDescription.attestationChallenge;
    return challenge.length === 0 ? [] : [ready(name, chain, { ...held, challenge })];
  });
  return groups.map((group) => ({
    ...group,
    known: groups.filter((other) => challengeOf(other) === challengeOf(group)).map(({ chain }) => chain),
  }));
}

/** The same chain from the leaf's issuer up, with keys of our own. */
function resigned(group: Group | undefined): Resigned[] {
  const [leaf, ...upper] = group?.tree.children ?? [];
  if (leaf === undefined || group === undefined) return [];
  const keys = upper.map((_, index) => keyPair(index < 2 ? 'P-256' : 'P-384'));
  const signers = keys.map(({ privateKey }) => privateKey);
  const signed = upper.map((certificate, index) => {
    const signer = signers[index + 1] ?? signers[index];
    const own = withKey(certificate, keys[index]?.spki ?? row([]));
    return signer === undefined ? own : signedBy(own, signer);
  });
  const root = encode(signed.at(-1) ?? row([]));
  const expected = { ...group.expected, roots: [root] };
  return [{ expected, root, certificates: [leaf, ...signed], keys: signers }];
}

function challengeOf({ expected }: Group): string {
  return Buffer.from(expected.challenge as Uint8Array).toString('hex');
}
