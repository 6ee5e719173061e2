import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { APPROOV_DEFECTS, mintApproovToken, type ApproovDefect } from 'attestkit-testing/approov';
import {
  APP_CHECK_DEFECTS,
  createVirtualGoogle,
  PLAY_INTEGRITY_DEFECTS,
  type AppCheckDefect,
  type PlayIntegrityDefect,
  type PlayIntegrityVerdictDefect,
} from 'attestkit-testing/google';
import { base64, type Pair } from './pair.js';

const AT = '2026-06-15T12:00:00.000Z';
const NOW = Date.parse(AT);
const BOUND = 'Bearer example';
const DIGEST = 'ab'.repeat(32);
const secretBase64 = randomBytes(64).toString('base64');
const google = createVirtualGoogle({ now: () => NOW });

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString();

export function approovFile(defect?: ApproovDefect): Record<string, unknown> {
  const needsPair = defect === 'public-key-as-secret';
  const signer = needsPair ? ({ privateKey, algorithm: 'ES256' } as const) : { secretBase64 };
  return {
    kind: 'approov-token',
    token: mintApproovToken({ ...signer, now: NOW, bind: BOUND, ...(defect && { defect }) }),
    ...(needsPair ? { publicKey, algorithm: 'ES256' } : { secretBase64 }),
    binding: BOUND,
    at: AT,
  };
}

const APP = { projectNumber: '123456789012', appId: '1:123456789012:android:0a1b2c3d4e5f' };
const firebase = google.appCheck(APP);

export function appCheckFile(defect?: AppCheckDefect): Record<string, unknown> {
  return {
    kind: 'app-check',
    token: firebase.token({}, defect),
    jwks: firebase.jwks,
    projectNumber: APP.projectNumber,
    appIds: [APP.appId],
    at: AT,
  };
}

const PACKAGE = 'com.example.app';
const NONCE = Buffer.from('a nonce of this test').toString('base64url');
const HASH = 'the hash of a request';
const play = google.playIntegrity({ packageName: PACKAGE, signingDigests: [DIGEST], versionCode: 7 });

/** All that a policy can ask for. */
const DEMANDS = {
  policy: { minimumSdk: 33, deviceActivity: ['LEVEL_1'], appAccessRisk: [], playProtect: ['NO_ISSUES'] },
  expect: { packageName: PACKAGE, acceptedCertificates: [DIGEST], minimumVersionCode: 7 },
};

export function playTokenFile(defect?: PlayIntegrityDefect): Record<string, unknown> {
  const { decryptionKey, verificationKey } = play.responseKeys;
  return {
    kind: 'play-integrity',
    token: play.classicToken({ nonce: NONCE }, defect),
    decryptionKey: typeof decryptionKey === 'string' ? decryptionKey : base64(decryptionKey),
    verificationKey: typeof verificationKey === 'string' ? verificationKey : base64(verificationKey),
    policy: DEMANDS.policy,
    expect: { ...DEMANDS.expect, nonce: NONCE },
    at: AT,
  };
}

function playVerdictFile(defect?: PlayIntegrityVerdictDefect): Record<string, unknown> {
  return {
    kind: 'play-integrity',
    payload: play.verdict({ requestHash: HASH }, defect),
    policy: DEMANDS.policy,
    expect: { ...DEMANDS.expect, requestHash: HASH },
    at: AT,
  };
}

/** Every defect of Approov's tokens. */
export function approovPairs(): readonly Pair[] {
  return (Object.keys(APPROOV_DEFECTS) as ApproovDefect[]).map((defect) => ({
    kind: 'approov-token',
    defect,
    code: APPROOV_DEFECTS[defect],
    file: approovFile(defect),
  }));
}

/** Every defect of App Check's tokens. */
export function appCheckPairs(): readonly Pair[] {
  return (Object.keys(APP_CHECK_DEFECTS) as AppCheckDefect[]).map((defect) => ({
    kind: 'app-check',
    defect,
    code: APP_CHECK_DEFECTS[defect].code,
    file: appCheckFile(defect),
  }));
}

/** Every defect of Play Integrity: as a token, and as a verdict too if that can have it. */
export function playPairs(): readonly Pair[] {
  return (Object.keys(PLAY_INTEGRITY_DEFECTS) as PlayIntegrityDefect[]).flatMap((defect) => {
    const { target, code } = PLAY_INTEGRITY_DEFECTS[defect];
    const about = { kind: 'play-integrity', code };
    const token = { ...about, defect, file: playTokenFile(defect) };
    if (target !== 'verdict') return [token];
    const verdict = {
      ...about,
      defect: `${defect} in a verdict`,
      file: playVerdictFile(defect as PlayIntegrityVerdictDefect),
    };
    return [token, verdict];
  });
}
