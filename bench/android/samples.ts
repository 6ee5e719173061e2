import {
  createCipheriv,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  hash,
  randomBytes,
  sign,
} from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { verifyKeyAttestation } from 'attestkit/key-attestation';
import { createVirtualGoogle } from 'attestkit-testing';

/** What real and virtual devices and a Google of our own made. */

export interface ChainSample {
  readonly chain: readonly Buffer[];
  readonly challenge: Buffer;
  readonly now: number;
}

export interface ChainSamples {
  readonly all: readonly ChainSample[];
  /** Undefined: real chains, under Google's. */
  readonly roots: readonly Buffer[] | undefined;
}

export const PACKAGE = 'com.example.app';
export const DIGEST: string = hash('sha256', 'signing certificate', 'hex');

const FOLDER = join(
  process.env['ATTESTKIT_VECTORS'] ?? fileURLToPath(new URL('../../../../shared/vectors', import.meta.url)),
  'key-attestation',
);

/** Published chains of remotely provisioned devices, or of those with keys from the factory; virtual ones where there are none. */
export function chainSamples(provisioning: 'remote' | 'factory'): ChainSamples {
  if (!existsSync(FOLDER)) return virtualChains(provisioning === 'remote' ? 'rkp' : 'factory');
  const all = readdirSync(FOLDER).flatMap((file) => {
    const { certificateChain, at, expected } = JSON.parse(
      readFileSync(join(FOLDER, file), 'utf8'),
    ) as Published;
    if (expected.verdict !== 'pass') return [];
    const chain = certificateChain.map((each) => Buffer.from(each, 'base64'));
    const now = at === null ? Date.now() : Date.parse(at);
    const found = verifyKeyAttestation(chain, {
      anyChallenge: true,
      anyApp: true,
      verifiedBoot: 'any',
      revocations: 'not-checked',
      now,
    });
    const challenge = Buffer.from(found.keyDescription.attestationChallenge);
    return found.provisioning === provisioning && challenge.length > 0 ? [{ chain, challenge, now }] : [];
  });
  return { all, roots: undefined };
}

interface Published {
  readonly certificateChain: readonly string[];
  readonly at: string | null;
  readonly expected: { readonly verdict: string };
}

function virtualChains(provisioning: 'rkp' | 'factory'): ChainSamples {
  const google = createVirtualGoogle();
  const all = Array.from({ length: 16 }, (_, index) => {
    const device = google.createAndroid({ packageName: PACKAGE, signingDigests: [DIGEST], provisioning });
    const challenge = Buffer.from(`challenge ${index}`);
    const { certificateChain } = device.generateKey({ challenge });
    return { chain: certificateChain.map((each) => Buffer.from(each)), challenge, now: Date.now() };
  });
  return { all, roots: google.keyAttestationRoots.map((root) => Buffer.from(root)) };
}

const secretBytes = randomBytes(32);
const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const secret = createSecretKey(secretBytes);
export const integrityKey = pair.publicKey;
export const responseKeys = {
  decryptionKey: secretBytes.toString('base64'),
  verificationKey: pair.publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
};
export const appCheckKey = createPublicKey(rsa.privateKey);

export interface TokenSample {
  readonly token: string;
  readonly nonce: string;
}

const json = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Tokens of classic requests. */
export function integritySamples(): TokenSample[] {
  return Array.from({ length: 256 }, () => {
    const nonce = randomBytes(24).toString('base64url');
    const payload = {
      requestDetails: { requestPackageName: PACKAGE, nonce, timestampMillis: `${Date.now()}` },
      appIntegrity: {
        appRecognitionVerdict: 'PLAY_RECOGNIZED',
        packageName: PACKAGE,
        certificateSha256Digest: [Buffer.from(DIGEST, 'hex').toString('base64url')],
        versionCode: '42',
      },
      deviceIntegrity: { deviceRecognitionVerdict: ['MEETS_DEVICE_INTEGRITY'] },
      accountDetails: { appLicensingVerdict: 'LICENSED' },
    };
    const input = `${json({ alg: 'ES256' })}.${json(payload)}`;
    const signature = sign('sha256', Buffer.from(input), { key: pair.privateKey, dsaEncoding: 'ieee-p1363' });
    return { token: encrypted(`${input}.${signature.toString('base64url')}`), nonce };
  });
}

function encrypted(plaintext: string): string {
  const header = json({ alg: 'A256KW', enc: 'A256GCM' });
  const [contentKey, iv] = [randomBytes(32), randomBytes(12)];
  const wrap = createCipheriv('id-aes256-wrap', secretBytes, Buffer.alloc(8, 0xa6));
  const cipher = createCipheriv('aes-256-gcm', contentKey, iv);
  cipher.setAAD(Buffer.from(header));
  const parts = [
    Buffer.concat([wrap.update(contentKey), wrap.final()]),
    iv,
    Buffer.concat([cipher.update(plaintext), cipher.final()]),
  ];
  return [header, ...[...parts, cipher.getAuthTag()].map((each) => each.toString('base64url'))].join('.');
}

export const PROJECT = '123456789012';
export const APP_ID = `1:${PROJECT}:android:0a1b2c3d4e5f`;
export const APP_CHECK_HEADER = json({ alg: 'RS256', typ: 'JWT', kid: 'k1' });

/** App Check tokens. */
export function appCheckSamples(): string[] {
  const now = Math.floor(Date.now() / 1000);
  return Array.from({ length: 256 }, () => {
    const claims = {
      iss: `https://firebaseappcheck.googleapis.com/${PROJECT}`,
      aud: [`projects/${PROJECT}`, 'projects/example'],
      sub: APP_ID,
      iat: now - 60,
      exp: now + 3600,
      jti: randomBytes(16).toString('base64url'),
    };
    const input = `${APP_CHECK_HEADER}.${json(claims)}`;
    return `${input}.${sign('sha256', Buffer.from(input), rsa.privateKey).toString('base64url')}`;
  });
}
