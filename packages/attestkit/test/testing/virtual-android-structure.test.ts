import { describe, expect, it } from 'vitest';
import { verifyKeyAttestation } from '../../src/key-attestation/index.js';
import { createVirtualGoogle } from '../../src/testing/index.js';
import { chainOf, defaultAppraisal } from '../key-attestation/published.js';
import { vectors, type Vector } from '../vectors.js';
import { derShape, type Masks } from './virtual-shapes.js';

const published = vectors('key-attestation/');

/** Of every certificate: names, serial number, times, keys and signature. */
const CERTIFICATE: Masks = [
  [/^\/0\/1$/, 'nothing'],
  [/^\/0\/[35]\/\d\/\d\/1$/, 'nothing'],
  [/^\/0\/4\/\d$/, 'nothing'],
  [/^\/2$/, 'nothing'],
  [/\/2\.5\.29\.(14|35)(\/|$)/, 'length'],
];

/** Of the key description: challenge, times, app, start of the device, its versions. */
const DESCRIPTION: Masks = [
  [/\.1\.17\/4$/, 'nothing'],
  [/\.1\.17\/6\/\[(701|709)\]/, 'nothing'],
  [/\.1\.17\/6\/\[724\]\/0$/, 'length'],
  [/\.1\.17\/7\/\[704\]\/0\/[03]$/, 'length'],
  [/\.1\.17\/7\/\[704\]\/0\/[12]$/, 'nothing'],
  [/\.1\.17\/7\/\[(705|706|718|719)\]\/0$/, 'nothing'],
  // Where the certificate above is to be had.
  [/\.5\.5\.7\.1\.1\/0\/\[6\]$/, 'nothing'],
];

/** What a virtual device of the same kind makes. */
function twin(vector: Vector) {
  const real = verifyKeyAttestation(chainOf(vector), defaultAppraisal(vector));
  const { keyDescription, provisioning, facts } = real;
  const google = createVirtualGoogle({ now: () => Date.parse(String(vector['at'])) });
  const device = google.createAndroid({
    packageName: 'com.example.app',
    signingDigests: ['ab'.repeat(32)],
    attestationVersion: keyDescription.attestationVersion,
    securityLevel: keyDescription.attestationSecurityLevel === 'STRONG_BOX' ? 'strongbox' : 'tee',
    provisioning: provisioning === 'factory' ? 'factory' : 'rkp',
    root: facts.rootKind === 'google-p384' ? 'p384' : 'rsa',
  });
  const key = device.generateKey({
    challenge: 'x',
    keyType: facts.leafKey?.startsWith('rsa') ? 'rsa' : 'ec',
  });
  return { real: chainOf(vector), made: key.certificateChain };
}
/** What an app asks of a key, or of the device with it: purposes, digests, paddings, users, uses, identifiers. */
const ASKED_FOR = /\.1\.17\/[67]\/\[(1|5|6|405|50[3-7]|71[0-7]|723)\]/;

/** Older chains point to a list of revoked certificates that nobody reads. */
const REVOCATIONS = /2\.5\.29\.31/;

/** Not DER, and told as a fact. */
const PROVISIONING = /\.2\.1\.30/;

/** Each line one element. Extensions, and the attributes of a name, stand in several orders on real devices. */
function shape(der: Uint8Array): string[] {
  return derShape(der, [...CERTIFICATE, ...DESCRIPTION])
    .filter((line) => ![ASKED_FOR, REVOCATIONS, PROVISIONING].some((each) => each.test(line)))
    .map((line) => line.replace(/^\/0\/\[3\]\/0\/\d+/, '/0/[3]/0/*'))
    .map((line) => line.replace(/^(\/0\/[35])\/\d/, '$1/*'))
    .filter((line) => !/^\/0\/\[3\]\/0\/\*( 0\.16 constructed|\/1 0\.4.*)$/.test(line))
    .map((line) => line.replace(/ of (527|271)$/, ' of an RSA key'))
    .map((line) => line.replace(/^(\/0\/[35].*) 0\.(12|19)$/, '$1 text'))
    .map((line) => line.replace(/^(\/0\/4\/\d) 0\.(23|24)$/, '$1 time'))
    .toSorted();
}

/**
 * Files, and the certificate from which on their chains are compared. Not those of factories that signed with RSA, of
 * the first years, or with keys that Node cannot make; of these, the last one has such a leaf.
 */
const COMPARED: Readonly<Record<string, number>> = {
  '003': 0,
  '005': 0,
  '007': 0,
  '014': 0,
  '022': 0,
  '024': 0,
  '037': 0,
  '038': 0,
  '026': 1,
};

describe('a virtual chain', () => {
  published.run('has the elements, extensions and tags of the real one of its kind', (files) => {
    const compared = files.filter(({ file }) => COMPARED[file.slice(0, 3)] !== undefined);
    expect(compared).toHaveLength(Object.keys(COMPARED).length);
    for (const vector of compared) {
      const { real, made } = twin(vector);
      const from = COMPARED[vector.file.slice(0, 3)];
      const name = (shapes: readonly string[][]) => ({ file: vector.file, shapes });
      expect(name(made.slice(from).map(shape))).toEqual(name(real.slice(from).map(shape)));
    }
  });

  it('is compared by more than a few lines', () => {
    const google = createVirtualGoogle();
    const device = google.createAndroid({ packageName: 'a.b', signingDigests: ['ab'.repeat(32)] });
    const [leaf = new Uint8Array()] = device.generateKey({ challenge: 'x' }).certificateChain;
    expect(shape(leaf).filter((line) => line.includes('.2.1.17')).length).toBeGreaterThan(30);
  });
});
