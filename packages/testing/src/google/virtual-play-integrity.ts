import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { Issued } from '../issued.js';
import type { JsonObject } from 'attestkit';
import { ConfigurationError } from 'attestkit/errors';
import { assertOptions } from '../options.js';
import type { ResponseKeys } from 'attestkit/play-integrity';
import { makeJwe } from '../encode/jwe.js';
import { makeJws, type JwsKeys } from '../encode/jws.js';
import type { Clock } from '../clock.js';
import {
  playIntegritySteps,
  type PlayIntegrityDefect,
  type PlayIntegrityVerdictDefect,
} from './defects/play-integrity.js';
import type { PlayIntegritySteps } from './defects/play-integrity-defect.js';
import {
  cleared,
  describeVerdict,
  type PlayApp,
  type VerdictPayload,
  type VerdictRequest,
} from './play-integrity-verdict.js';
import { readDigests } from '../android/signing-digests.js';
import { publicPem } from '../encode/signature.js';

/** The app whose verdicts are made. */
export interface VirtualPlayIntegrityOptions {
  /** The application id: `com.example.app`. */
  readonly packageName: string;
  /** SHA-256 of each certificate that the app is signed with, 32 bytes; text is hexadecimal. */
  readonly signingDigests: readonly (Uint8Array | string)[];
  /** Default 1. */
  readonly versionCode?: number | bigint;
}

/** Play Integrity for one app: verdicts, tokens around them, and what Google decodes of them. */
export interface VirtualPlayIntegrity {
  /** The app's own response keys, as the Play Console gives them: the argument of `playIntegrityKeys`. */
  readonly responseKeys: ResponseKeys;
  /** A verdict, decoded: the payload of a token, `tokenPayloadExternal` of Google's answer. */
  verdict(request: VerdictRequest, defect?: PlayIntegrityVerdictDefect): JsonObject;
  /** A token of a classic request, which the response keys decode, and `decode` does too. */
  classicToken(request: VerdictRequest, defect?: PlayIntegrityDefect): string;
  /** A token of a standard request, which only `decode` can read. */
  standardToken(request: VerdictRequest, defect?: PlayIntegrityVerdictDefect): string;
  /**
   * What Google answers to a token: its verdict the first time, a cleared one from then on.
   *
   * @returns `tokenPayloadExternal`; undefined for a token that was not made here, as the service answers 400
   */
  decode(token: string): JsonObject | undefined;
}

export function createPlayIntegrity(options: VirtualPlayIntegrityOptions, now: Clock): VirtualPlayIntegrity {
  const types = { packageName: 'string', signingDigests: 'list', versionCode: 'any' } as const;
  assertOptions(options, types, 'playIntegrity');
  const app = readApp(options);
  const secret = randomBytes(32);
  const googlesSecret = randomBytes(32);
  const keys = newKeys();
  const issued = new Issued<{ verdict: VerdictPayload; decoded: boolean }>();

  function describe(request: VerdictRequest, steps: PlayIntegritySteps): VerdictPayload {
    assertOptions(request, { nonce: 'string', requestHash: 'string', sections: 'object' }, 'verdict');
    const verdict = describeVerdict(app, request, now());
    const made = steps.verdict?.(verdict) ?? verdict;
    return JSON.parse(JSON.stringify(made)) as VerdictPayload;
  }

  function token(request: VerdictRequest, key: Uint8Array, steps: PlayIntegritySteps): string {
    const verdict = describe(request, steps);
    const made = makeJwe(makeJws({ alg: 'ES256' }, verdict, keys, steps), key, steps);
    issued.note(made, { verdict, decoded: false });
    return made;
  }

  return Object.freeze({
    responseKeys: Object.freeze({
      decryptionKey: secret.toString('base64'),
      verificationKey: createPublicKey(keys.key).export({ type: 'spki', format: 'der' }).toString('base64'),
    }),
    verdict: (request: VerdictRequest, defect?: PlayIntegrityVerdictDefect) =>
      describe(request, playIntegritySteps(defect, ['verdict'])) as JsonObject,
    classicToken: (request: VerdictRequest, defect?: PlayIntegrityDefect) =>
      token(request, secret, playIntegritySteps(defect, ['token', 'verdict'])),
    standardToken: (request: VerdictRequest, defect?: PlayIntegrityVerdictDefect) =>
      token(request, googlesSecret, playIntegritySteps(defect, ['verdict'])),
    decode(made: string) {
      const known = issued.find(made);
      if (known === undefined) return undefined;
      issued.note(made, { ...known, decoded: true });
      return (known.decoded ? cleared(known.verdict) : known.verdict) as JsonObject;
    },
  });
}

function newKeys(): JwsKeys {
  const { privateKey: key } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { privateKey: strangers } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { key, strangers, publicPem: publicPem(key) };
}

function readApp(options: VirtualPlayIntegrityOptions): PlayApp {
  const { packageName, signingDigests, versionCode = 1 } = options;
  if (typeof packageName !== 'string' || packageName === '')
    throw new ConfigurationError('packageName', 'is not set', 'Give the application id: com.example.app.');
  const certificates = readDigests(signingDigests).map((digest) => Buffer.from(digest).toString('base64url'));
  return { packageName, certificates, versionCode: String(versionCode) };
}
