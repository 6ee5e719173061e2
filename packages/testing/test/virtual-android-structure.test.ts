import { describe, expect, it } from 'vitest';
import { verifyKeyAttestation, type AuthorizationList } from 'attestkit/key-attestation';
import { createVirtualGoogle } from '../src/google/index.js';
import type { AndroidKeyType, AndroidTags } from '../src/android/index.js';
import { chainOf, defaultAppraisal } from '../../attestkit/test/key-attestation/support/published.js';
import { vectors, type Vector } from '../../attestkit/test/vectors.js';
import { derShape, type Masks } from './support/virtual-shapes.js';

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

const KEY_TYPES: Readonly<Record<string, AndroidKeyType | undefined>> = {
  'ec:prime256v1': 'p256',
  'rsa:2048': 'rsa',
  '2.16.840.1.101.3.4.3.18': 'ml-dsa-65',
};

/** What an app asks of a key, or of the device with it: purposes, digests, paddings, users, uses, identifiers. */
const ASKED_FOR = {
  1: 'purpose',
  5: 'digest',
  6: 'padding',
  405: 'usageCountLimit',
  503: 'noAuthRequired',
  504: 'userAuthType',
  505: 'authTimeout',
  506: 'allowWhileOnBody',
  507: 'trustedUserPresenceRequired',
  710: 'attestationIdBrand',
  711: 'attestationIdDevice',
  712: 'attestationIdProduct',
  713: 'attestationIdSerial',
  714: 'attestationIdImei',
  715: 'attestationIdMeid',
  716: 'attestationIdManufacturer',
  717: 'attestationIdModel',
  723: 'attestationIdSecondImei',
} as const satisfies Readonly<Record<number, keyof AuthorizationList>>;

function askedFor(real: AuthorizationList): NonNullable<AndroidTags['hardware']> {
  return Object.fromEntries(
    Object.entries(ASKED_FOR).map(([tag, name]) => [tag, real[name] ?? false] as const),
  );
}

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
    keyType: KEY_TYPES[facts.leafKey ?? ''] ?? 'p256',
    tags: {
      software: askedFor(keyDescription.softwareEnforced),
      hardware: askedFor(keyDescription.hardwareEnforced),
    },
  });
  return { real: chainOf(vector), made: key.certificateChain };
}
/** Older chains point to a list of revoked certificates that nobody reads. */
const REVOCATIONS = /2\.5\.29\.31/;

/** Not DER, and told as a fact. */
const PROVISIONING = /\.2\.1\.30/;

/** Each line one element. Extensions, and the attributes of a name, stand in several orders on real devices. */
function shape(der: Uint8Array): string[] {
  return derShape(der, [...CERTIFICATE, ...DESCRIPTION])
    .filter((line) => ![REVOCATIONS, PROVISIONING].some((each) => each.test(line)))
    .map((line) => line.replace(/^\/0\/\[3\]\/0\/\d+/, '/0/[3]/0/*'))
    .map((line) => line.replace(/^(\/0\/[35])\/\d/, '$1/*'))
    .filter((line) => !/^\/0\/\[3\]\/0\/\*( 0\.16 constructed|\/1 0\.4.*)$/.test(line))
    .map((line) => line.replace(/ of (527|271)$/, ' of an RSA key'))
    .map((line) => line.replace(/^(\/0\/[35].*) 0\.(12|19)$/, '$1 text'))
    .map((line) => line.replace(/^(\/0\/4\/\d) 0\.(23|24)$/, '$1 time'))
    .toSorted();
}

/** Files whose chains are compared: of each kind of key there is. Not those of factories that signed with RSA, of the first years. */
const COMPARED = ['003', '005', '007', '014', '022', '024', '026', '037', '038'];

describe('a virtual chain', () => {
  published.run('has the elements, extensions and tags of the real one of its kind', (files) => {
    const compared = files.filter(({ file }) => COMPARED.includes(file.slice(0, 3)));
    expect(compared).toHaveLength(COMPARED.length);
    for (const vector of compared) {
      const { real, made } = twin(vector);
      const name = (shapes: readonly string[][]) => ({ file: vector.file, shapes });
      expect(name(made.map(shape))).toEqual(name(real.map(shape)));
    }
  });

  it('is compared by more than a few lines', () => {
    const google = createVirtualGoogle();
    const device = google.createAndroid({ packageName: 'a.b', signingDigests: ['ab'.repeat(32)] });
    const [leaf = new Uint8Array()] = device.generateKey({ challenge: 'x' }).certificateChain;
    expect(shape(leaf).filter((line) => line.includes('.2.1.17')).length).toBeGreaterThan(30);
  });
});
