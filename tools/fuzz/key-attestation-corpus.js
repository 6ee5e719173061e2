// @ts-check
// Why this exists: genuine certificate chains of Android's KeyStore to make mutants from: real ones, and those of virtual
// devices of all versions and both ways of provisioning; each beside what it is held to.
import { createHash } from 'node:crypto';
import { keyPair, signedBy, withKey } from './resign.js';
import { treeOfDer } from './tree-read.js';
import { encode, row } from './tree.js';
import { vectors } from './vectors.js';

/** @typedef {import('./tree.js').Part} Part */
/** @typedef {import('attestkit/key-attestation').KeyAttestationExpectations} Expectations */
/** @typedef {Pick<typeof import('attestkit-testing'), 'createVirtualGoogle'> & Pick<typeof import('attestkit/key-attestation'), 'verifyKeyAttestation'>} Subject */
/**
 * A chain, and what it is held to.
 * @typedef {object} Group
 * @property {string} name
 * @property {Expectations} expected
 * @property {readonly Buffer[]} chain
 * @property {Part} tree a row of its certificates
 * @property {readonly (readonly Buffer[])[]} known every chain that these expectations may accept
 */
/**
 * A chain under keys of our own.
 * @typedef {object} Resigned
 * @property {Expectations} expected
 * @property {Buffer} root
 * @property {readonly Part[]} certificates
 * @property {readonly import('node:crypto').KeyObject[]} keys of each certificate
 */

/** The time of every run: 2026-01-01T00:00:00Z. */
const NOW = 1_767_225_600_000;
const DIGEST = createHash('sha256').update('signing certificate').digest('hex');
export const PACKAGE = 'com.example.app';
const APPS = [{ packageName: PACKAGE, certificateSha256Digests: [DIGEST] }];

/** Every version of the schema, every shape of a chain. @type {readonly { device: object, key?: object, held?: object }[]} */
const DEVICES = [
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

/** @param {Subject} subject @returns {{ virtual: readonly Group[], real: readonly Group[], resigned: readonly Resigned[] }} */
export function createCorpus(subject) {
  const google = subject.createVirtualGoogle({ now: () => NOW });
  const roots = google.keyAttestationRoots;
  const virtual = DEVICES.map(({ device, key, held }, index) => {
    const challenge = `the challenge of device ${index}`;
    const options = { packageName: PACKAGE, signingDigests: [DIGEST], ...device };
    const made = google.createAndroid(options).generateKey({ challenge, ...key });
    /** @type {Expectations} */
    const expected = { challenge, apps: APPS, revocations: 'not-checked', roots, now: NOW, ...held };
    return ready(`virtual ${JSON.stringify({ ...device, ...key })}`, made.certificateChain, expected);
  });
  return {
    virtual,
    real: realGroups(subject),
    resigned: [0, 1, 2, 3].flatMap((at) => resigned(virtual[at])),
  };
}

/** @param {string} name @param {readonly Uint8Array[]} certificates @param {Expectations} expected @returns {Group} */
function ready(name, certificates, expected) {
  const chain = certificates.map((each) => Buffer.from(each));
  const tree = row(chain.map((each) => treeOfDer(each).children?.[0] ?? row([])));
  // Without its leaf it is the chain of the app's own attestation key.
  const known = expected.allowAttestKeys === true ? [chain, chain.slice(1)] : [chain];
  return { name, chain, tree, expected, known };
}

/** Those that have a challenge, at their own time. @param {Subject} subject @returns {Group[]} */
function realGroups(subject) {
  const groups = vectors('key-attestation', '').flatMap(({ name, isGenuine, value }) => {
    const at = value('at');
    if (!isGenuine) return [];
    const chain = /** @type {string[]} */ (value('certificateChain')).map((each) =>
      Buffer.from(each, 'base64'),
    );
    /** @type {Expectations} */
    const held = {
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

/** The same chain from the leaf's issuer up, with keys of our own. @param {Group | undefined} group @returns {Resigned[]} */
function resigned(group) {
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

/** @param {Group} group */
function challengeOf({ expected }) {
  return Buffer.from(/** @type {Uint8Array} */ (expected.challenge)).toString('hex');
}
