import { importSpki } from '../kernel/asn1/spki.js';
import { decodeEither } from '../kernel/bytes/base64.js';
import { assertOptions, type OptionTypes } from '../kernel/config/options.js';
import { isProduction } from '../kernel/config/secrets.js';
import { AttestationError, ConfigurationError } from '../kernel/errors.js';
import { claimExpectations } from '../kernel/jose/claims.js';
import { verifySideBySide } from '../kernel/jose/ecdsa.js';
import { configuredKeys } from '../kernel/jose/key-source.js';
import { publicKey } from '../kernel/jose/public-keys.js';
import { enforcing, mustRead } from '../kernel/sinks.js';
import type { EnrollmentEvidence } from '../ports/enrollment.js';
import type { Jwk } from '../ports/keys.js';
import { FIELD_CHECKS, POLICY_CHECKS, SIGNATURE_CHECKS } from './checks.js';
import { verifyDevelopmentToken } from './verify.js';

/** How development tokens are verified. */
export interface DevelopmentAttesterOptions {
  /** The public half of the development key, on P-256: PEM (SPKI), or a JWK. */
  readonly publicKey: string | Jwk;
  /** The apps that are accepted; `app_id` has to be one of them. */
  readonly appIds: readonly string[];
  /** Has to say `development`, so that it is written down where this is accepted. */
  readonly environment: 'development';
  /** Seconds by which the clocks may differ, 0 to 60. Default 0. */
  readonly leewaySeconds?: number | undefined;
}

const OPTIONS: OptionTypes = {
  publicKey: 'any',
  appIds: 'list',
  environment: 'any',
  leewaySeconds: 'number',
};

/** Bytes of a signature, `r` and `s` side by side (RFC 7518 §3.4). */
const SIGNATURE = 64;

/**
 * Keys of simulators and CI as evidence for enrollment, by the body's field `development`: a JWT that a development key signed,
 * with the installation's own key in `cnf`. Anyone who has the development key can enroll any key, so it does not start if
 * `NODE_ENV` is `production`, and what enrolls is marked `virtual`.
 *
 * @throws ConfigurationError naming the option that cannot be right, or NODE_ENV
 * @example
 * const publicKey = readFileSync('development-key.pub.pem', 'utf8');
 * const evidence = [developmentAttester({ publicKey, appIds: ['com.example.app'], environment: 'development' })];
 */
export function developmentAttester(options: DevelopmentAttesterOptions): EnrollmentEvidence<'development'> {
  assertOptions(options, OPTIONS, 'developmentAttester');
  assertDevelopment(options.environment);
  const key = publicKey(options.publicKey, 'ES256', 'publicKey');
  const keys = configuredKeys('ES256', [key]);
  const appIds = readAppIds(options.appIds);
  const claims = claimExpectations({ leewaySeconds: options.leewaySeconds });

  return {
    kind: 'development',
    fields: ['development'],
    verify({ development: token }, { deviceId, challenge, now }) {
      if (token === undefined || token === '') throw new AttestationError(FIELD_CHECKS.present);
      const verified = verifyDevelopmentToken(token, { keys, claims, appIds, deviceId, challenge, now });
      return {
        kind: 'development',
        platform: 'unknown',
        appId: verified.appId,
        environment: 'development',
        integrity: 'app',
        key: verified.key,
        attestedAt: now,
        virtual: true,
        facts: { development: true },
      };
    },
    appraise({ appId }) {
      enforcing.holds(POLICY_CHECKS.appAllowed, appIds.includes(appId));
    },
    proof: {
      parameter: 'signature',
      counted: false,
      verify({ key: enrolled }, clientData, proof) {
        const signature = mustRead(enforcing, SIGNATURE_CHECKS.encoding, decodeSignature(proof));
        const signer = importSpki(Buffer.from(enrolled.publicKey, 'base64url'));
        const isSigned = signer !== undefined && verifySideBySide('sha256', clientData, signer, signature);
        enforcing.holds(SIGNATURE_CHECKS.signature, isSigned);
        return undefined;
      },
    },
  };
}

function decodeSignature(text: string): Uint8Array | undefined {
  const bytes = decodeEither(text);
  return bytes?.length === SIGNATURE ? bytes : undefined;
}

function assertDevelopment(environment: unknown): void {
  if (environment !== 'development')
    throw new ConfigurationError(
      'environment',
      'is not `development`',
      'Write environment: "development" if simulators and CI may enroll here; otherwise leave developmentAttester out.',
    );
  if (isProduction())
    throw new ConfigurationError(
      'NODE_ENV',
      'is `production`, where anyone who has the development key could enroll',
      'Leave developmentAttester out of the production configuration, or set NODE_ENV to `development` or `test`.',
    );
}

function readAppIds(appIds: unknown): readonly string[] {
  if (
    !Array.isArray(appIds) ||
    appIds.length === 0 ||
    appIds.some((id) => typeof id !== 'string' || id === '')
  )
    throw new ConfigurationError('appIds', 'names no app', 'Give a list with the id of the app.');
  return [...(appIds as readonly string[])];
}
