import { createPublicKey, generateKeyPairSync, randomBytes, randomUUID, type JsonWebKey } from 'node:crypto';
import { Issued } from '../issued.js';
import { ConfigurationError } from 'attestkit/errors';
import { assertOptions, within } from '../options.js';
import { appCheckSteps, type AppCheckDefect } from './defects/app-check.js';
import { makeJws, type JwsKeys } from '../encode/jws.js';
import type { Clock } from '../clock.js';
import { publicPem } from '../encode/signature.js';

/** The project and the app whose tokens are made. */
export interface VirtualAppCheckOptions {
  /** `123456789012` */
  readonly projectNumber: string;
  /** The project's id. Default `virtual-project`. */
  readonly projectId?: string;
  /** Firebase App ID: `1:123456789012:android:0a1b2c3d4e5f`. */
  readonly appId: string;
}

export interface AppCheckTokenOptions {
  /** Whether the token is a limited-use token, which lives for 5 minutes. Default false: a session token. */
  readonly limitedUse?: boolean;
  /** Of a session token, seconds: 1800 (30 minutes) to 604800 (7 days), as Firebase allows. Default 3600. */
  readonly lifetimeSeconds?: number;
  /**
   * The claim `provider`; null for a token without it. Default: of the app's platform, `play_integrity`,
   * `device_check_app_attest` or `recaptcha_enterprise`.
   */
  readonly provider?: string | null;
}

/** App Check for one app of one project. */
export interface VirtualAppCheck {
  /** The key set that Firebase publishes. */
  readonly jwks: { readonly keys: readonly JsonWebKey[] };
  /**
   * A token, as the app's `getToken` or `getLimitedUseToken` returns it. Each has a `jti` of its own, session tokens too:
   * only the lifetime tells the two apart. An Android app with an SDK from before May 2026 gets session tokens from both
   * (firebase-android-sdk#8204).
   *
   * @throws ConfigurationError naming the option
   */
  token(options?: AppCheckTokenOptions, defect?: AppCheckDefect): string;
  /**
   * What Firebase answers to `verifyAppCheckToken`: whether the token was consumed before; from now on it is.
   *
   * @returns undefined for a token that was not made here without a defect, as the service answers 403
   */
  consume(token: string): { readonly alreadyConsumed?: true } | undefined;
}

/** The project's id, if none is given. */
export const PROJECT_ID = 'virtual-project';

export function createAppCheck(options: VirtualAppCheckOptions, now: Clock): VirtualAppCheck {
  assertOptions(options, { projectNumber: 'string', projectId: 'string', appId: 'string' }, 'appCheck');
  const { projectNumber, projectId = PROJECT_ID, appId } = options;
  if (typeof projectNumber !== 'string' || !/^\d{1,20}$/.test(projectNumber))
    throw new ConfigurationError('projectNumber', 'is not the number of a project', 'Give 123456789012.');
  if (typeof appId !== 'string' || !/^\d+:\d+:(android|ios|web):[0-9A-Fa-f]+$/.test(appId)) {
    const remedy = 'Give 1:123456789012:android:0a1b2c3d4e5f.';
    throw new ConfigurationError('appId', 'is not a Firebase App ID', remedy);
  }
  const platform = appId.split(':')[2] as keyof typeof PROVIDERS;
  const kid = randomBytes(4).toString('hex');
  const keys = newKeys();
  const issued = new Issued<{ consumed: boolean }>();
  const jwk = createPublicKey(keys.key).export({ format: 'jwk' });

  return Object.freeze({
    jwks: { keys: [{ ...jwk, kid, use: 'sig', alg: 'RS256' }] },
    token(wanted: AppCheckTokenOptions = {}, defect?: AppCheckDefect) {
      assertOptions(wanted, { limitedUse: 'boolean', lifetimeSeconds: 'number', provider: 'any' }, 'token');
      const { provider = PROVIDERS[platform] } = wanted;
      const steps = appCheckSteps(defect);
      const iat = Math.floor(now() / 1000);
      const claims = {
        sub: appId,
        aud: [`projects/${projectNumber}`, `projects/${projectId}`],
        iss: `https://firebaseappcheck.googleapis.com/${projectNumber}`,
        exp: iat + lifetimeOf(wanted),
        iat,
        jti: randomUUID(),
        ...(provider !== null && { provider }),
      };
      const header = { kid, typ: 'JWT', alg: 'RS256' };
      const token = makeJws(header, steps.claims?.(claims) ?? claims, keys, steps);
      if (defect === undefined) issued.note(token, { consumed: false });
      return token;
    },
    consume(token: string) {
      const known = issued.find(token);
      if (known === undefined) return undefined;
      issued.note(token, { consumed: true });
      return known.consumed ? { alreadyConsumed: true as const } : {};
    },
  });
}

/** The default provider of each platform. */
const PROVIDERS = {
  android: 'play_integrity',
  ios: 'device_check_app_attest',
  web: 'recaptcha_enterprise',
} as const;

/** Seconds that Firebase gives a limited-use token. */
const LIMITED_USE = 300;

function lifetimeOf({ limitedUse = false, lifetimeSeconds }: AppCheckTokenOptions): number {
  if (limitedUse && lifetimeSeconds !== undefined) {
    const remedy = 'Leave it out: Firebase lets them live for 5 minutes.';
    throw new ConfigurationError('lifetimeSeconds', 'is set for a limited-use token', remedy);
  }
  return limitedUse ? LIMITED_USE : within('lifetimeSeconds', lifetimeSeconds ?? 3600, 1800, 604_800);
}

function newKeys(): JwsKeys {
  const [key, strangers] = [1, 2].map(
    () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
  ) as [JwsKeys['key'], JwsKeys['key']];
  return { key, strangers, publicPem: publicPem(key) };
}
