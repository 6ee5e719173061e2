import type { BindingOptions, MessageSigningOptions } from '../approov/index.js';
import { createGuard, type Guard, type GuardOptions } from '../create-guard.js';
import { devices, type DevicesOptions } from '../devices/index.js';
import { quietly, REFUSAL_OPTIONS } from '../guard/internal.js';
import { ConfigurationError } from '../kernel/errors.js';
import { assertOptions, type OptionTypes } from '../kernel/config/options.js';
import type { EvidenceKind } from '../ports/attestation.js';
import type { GuardEvent } from '../ports/events.js';
import { appCheckFromEnv } from './app-check-from-env.js';
import { approovEnforcement, approovFromEnv, hasApproov } from './approov-from-env.js';
import { devicesFromEnv, hasDevices } from './devices-from-env.js';
import { settingOf, type Environment } from './environment.js';
import { logLinesFromEnv } from './log-lines.js';
import { secretsFromEnv } from './secrets-from-env.js';

/** Options that are not in the environment. */
export interface GuardFromEnvOptions extends Omit<
  GuardOptions,
  'evidence' | 'devices' | 'accept' | 'enforcement'
> {
  /** Further kinds of evidence, beside those that the variables stand for. A route accepts any. */
  readonly evidence?: GuardOptions['evidence'];
  /** Options of `devices`, beside those that the variables stand for: `{ evidence: [appAttest({ … })], audience }`. */
  readonly devices?: Partial<DevicesOptions>;
  /** Default `process.env`. */
  readonly env?: Environment;
  /** How the account's tokens are bound, beside the switch in the environment. */
  readonly binding?: Omit<BindingOptions, 'enforcement'>;
  /** How the apps sign their requests; a route asks for it by its option `messageSigning`. */
  readonly messageSigning?: MessageSigningOptions;
  /** Receives the log lines, unless `APPROOV_LOGGING_ENABLED=false`. Default: standard output. */
  readonly log?: (line: string) => void;
  /** Allows the published example secrets, for examples on the loopback interface. Default: by `NODE_ENV`. */
  readonly allowPublishedSecret?: boolean;
}

/**
 * Makes a guard from the variables that deployments use. Approov tokens, if there is a secret:
 *
 * - `APPROOV_BASE64_SECRET`, or `APPROOV_BASE64URL_SECRET`: the account secret; exactly one of them.
 * - `APPROOV_ABORT_REQUEST_ON_INVALID_TOKEN`: `false` only reports an invalid token. Default `true`.
 * - `APPROOV_ABORT_REQUEST_ON_INVALID_TOKEN_BINDING` (older: `…_ON_INVALID_CUSTOM_PAYLOAD_CLAIM`): `false` only
 *   reports an invalid binding. Default `true`.
 * - `APPROOV_LOGGING_ENABLED`: `false` writes no log lines. Default `true`.
 *
 * Sessions of devices, if there is a secret of theirs; with both, a route accepts either unless it says more:
 *
 * - `JWT_SECRET`: random text of at least 32 bytes, from which the keys of challenges, sessions and refresh tokens are
 *   derived.
 * - `JWT_SECRET_PREVIOUS`: another such text, which verifies beside it and never signs, while one replaces the other.
 * - `ATTESTKIT_HASH_KEY`: another one, which keys the hashes of addresses and device ids in events, so that they stay when
 *   `JWT_SECRET` changes. Without it a log line says so.
 * - `JWT_EXPIRY_SECONDS`: default 1800. `CHALLENGE_EXPIRY_SECONDS`: default 300.
 * - `APPLE_PUBLIC_KEYS_URL` and `APP_BUNDLE_ID`: the JWK Set of an attester, and the app that its tokens are for; other
 *   kinds of evidence by the option `devices`.
 *
 * Firebase App Check, if both are set; routes then accept its tokens too:
 *
 * - `FIREBASE_PROJECT_NUMBER`: the number of the project. `FIREBASE_APP_IDS`: its accepted apps, with commas between.
 *
 * State is kept in this process's memory unless the option `devices.store` says otherwise.
 *
 * @throws ConfigurationError naming the variable and the remedy
 * @example
 * const guard = guardFromEnv(); // APPROOV_BASE64_SECRET and the others: docs/options.md
 */
export function guardFromEnv(options: GuardFromEnvOptions = {}): Guard {
  assertOptions(options, OPTIONS, 'guardFromEnv');
  const {
    env = process.env,
    devices: given = {},
    binding,
    messageSigning,
    log = (line) => void process.stdout.write(`${line}\n`),
    onEvent,
    evidence: further = [],
    allowPublishedSecret,
    ...rest
  } = options;
  const enforcement = approovEnforcement(env);
  const linesOf = logLinesFromEnv(env);
  const allowed = allowPublishedSecret === undefined ? given : { allowPublishedSecret, ...given };
  const secrets = hasDevices(env, options.devices) ? secretsFromEnv(env, allowed) : undefined;
  const enrolled = secrets && devices(devicesFromEnv(env, allowed, secrets));
  const firebase = appCheckFromEnv(env);
  const others = firebase === undefined ? further : [firebase, ...further];
  // If nothing is configured, report the missing Approov secret.
  const hasTokens = hasApproov(env) || (enrolled === undefined && others.length === 0);
  if ((enrolled !== undefined || others.length > 0) && enforcement === 'report') {
    throw new ConfigurationError(
      'APPROOV_ABORT_REQUEST_ON_INVALID_TOKEN',
      'is false, and requests that other evidence refuses would pass too',
      'Leave it out, and set enforcement on the routes that only report.',
    );
  }
  const tokens = hasTokens ? [approovFromEnv(env, { binding, messageSigning, allowPublishedSecret })] : [];
  const evidence = [...tokens, ...others];
  const listener = (event: GuardEvent): void => {
    for (const line of linesOf?.(event) ?? []) quietly(() => log(line));
    return onEvent?.(event);
  };
  return settingOf(secrets?.variables ?? {}, () =>
    createGuard({
      ...rest,
      evidence,
      ...(enrolled && { devices: enrolled }),
      accept: [
        ...evidence.flatMap(({ kind, onlyIfAsked }) => (onlyIfAsked ? [] : [kind as EvidenceKind])),
        ...(enrolled === undefined ? [] : ['session' as const]),
      ],
      enforcement,
      ...(linesOf ? { onEvent: listener } : onEvent && { onEvent }),
    }),
  );
}

const OPTIONS: OptionTypes = {
  ...REFUSAL_OPTIONS,
  env: 'any',
  devices: 'object',
  binding: 'object',
  messageSigning: 'object',
  evidence: 'list',
  log: 'function',
  onEvent: 'function',
  requestId: 'function',
  appSign: 'object',
  allowPublishedSecret: 'boolean',
  maxBodyBytes: 'number',
  caching: 'string',
  now: 'function',
};
