import { AttestationError, ConfigurationError } from '../kernel/errors.js';
import { assertOneOf, assertOptions, type OptionTypes } from '../kernel/config/options.js';
import { enforcing } from '../kernel/sinks.js';
import type { DeviceIntegrity, Enrolled, EnrollmentEvidence } from '../ports/enrollment.js';
import type { IntegrityDecoder } from '../ports/google.js';
import { readPinnedApp, type AppRules, type PlayIntegrityApp } from './app-rules.js';
import { decodeRemotely } from './token/decode.js';
import { FIELD_CHECKS } from './token/decode-checks.js';
import { readWindow, WINDOW_OPTIONS, type VerdictExpectations, type VerdictRules } from './expectations.js';
import { factsOf, readFacts } from './facts.js';
import { areKeys, digestsOf, type PlayIntegrityKeys } from './token/keys.js';
import { appraisePolicy, POLICY_OPTIONS, readPolicy, type PlayIntegrityPolicyOptions } from './policy.js';
import { enrollmentHash } from '../kernel/enrollment-hash.js';
import { TOKEN_CHECKS } from './token/token-checks.js';
import type { PlayIntegrityVerdict } from './verdict/verdict.js';
import { POLICY_CHECKS } from './verdict/verdict-checks.js';
import { appraiseTesting, appraiseVerdict, decodeToken } from './verify.js';

/** How Play Integrity verdicts are decoded, and which devices are accepted. */
export interface PlayIntegrityOptions
  extends PlayIntegrityPolicyOptions, Pick<VerdictExpectations, 'maxAgeSeconds' | 'leewaySeconds'> {
  readonly apps: readonly PlayIntegrityApp[];
  /**
   * Decodes tokens at Google: `googlePlayIntegrity` of `attestkit/google`. Beside `keys`, it decodes the tokens that no key
   * fits, while the Play Console is switched over.
   */
  readonly decoder?: IntegrityDecoder | undefined;
  /**
   * `standard` binds by `requestHash`, and Google alone can decode it; `classic` by `nonce`. Default: `classic` if
   * an app has keys, else `standard`.
   */
  readonly request?: 'standard' | 'classic' | undefined;
  /**
   * Which tokens are sent to Google, whose quota anybody could use up: `jwe`, of the form that all known tokens have, or
   * `any`, should Google change it. Default `jwe`.
   */
  readonly tokenForm?: 'jwe' | 'any' | undefined;
  /** Seconds that a verdict is good for at refreshes; after that the device enrolls again. Default: any age. */
  readonly maxAgeAtRefreshSeconds?: number | undefined;
}

const OPTIONS: OptionTypes = {
  ...POLICY_OPTIONS,
  ...WINDOW_OPTIONS,
  apps: 'list',
  decoder: 'object',
  request: 'string',
  tokenForm: 'string',
  maxAgeAtRefreshSeconds: 'number',
};

const APP_OPTIONS: OptionTypes = {
  packageName: 'string',
  acceptedCertificates: 'list',
  minimumVersionCode: 'any',
  keys: 'object',
};

/** An app's rules with its keys. */
interface App extends AppRules {
  readonly keys: PlayIntegrityKeys | undefined;
}

/**
 * Play Integrity as evidence for enrollment: field `integrity_token` of the body, and `package_name` if several apps
 * are configured. The token is bound by `enrollmentHash` of challenge and device id. Unless options say otherwise, the
 * app is recognized and licensed by Play and signed with a pinned certificate, and the device meets device integrity.
 *
 * Evidence of this kind is about no key: the device cannot sign requests later.
 *
 * @throws ConfigurationError naming the option that cannot be right
 * @example
 * const apps = [{ packageName: 'com.example.app', acceptedCertificates: ['AB:CD:…'] }];
 * const evidence = [playIntegrity({ apps, decoder: googlePlayIntegrity({ credentials: 'metadata' }) })];
 */
export function playIntegrity(options: PlayIntegrityOptions): EnrollmentEvidence<'playIntegrity'> {
  assertOptions(options, OPTIONS, 'playIntegrity');
  const { decoder, maxAgeAtRefreshSeconds: maxAge, tokenForm = 'jwe' } = options;
  assertOneOf('tokenForm', tokenForm, ['jwe', 'any']);
  const apps = readApps(options.apps);
  const policy = readPolicy(options);
  const window = readWindow(options);
  assertDecodable(apps, decoder);
  const kind = readRequest(options.request, apps) === 'classic' ? 'nonce' : 'requestHash';
  if (maxAge !== undefined && !(maxAge > 0)) {
    const remedy = 'Leave it out for any age.';
    throw new ConfigurationError('maxAgeAtRefreshSeconds', 'is not a number of seconds above 0', remedy);
  }

  return {
    kind: 'playIntegrity',
    fields: ['integrity_token', 'package_name'],
    secretDigests: () => apps.flatMap(({ keys }) => (keys === undefined ? [] : digestsOf(keys))),
    watch: (listener) => decoder?.watch?.(listener),

    verify(fields, { challenge, deviceId, now, consumeChallenge }) {
      const token = fields['integrity_token'];
      if (token === undefined || token === '') throw new AttestationError(FIELD_CHECKS.present);
      const app = appNamed(apps, fields['package_name']);
      const of = { challenge, deviceId };
      const binding = { kind, value: enrollmentHash(challenge, deviceId), of } as const;
      const rules: VerdictRules = { app, policy, window, binding, now };
      const payload = decodeLocally(token, app.keys, decoder);
      if (payload !== undefined) return enrolled(appraiseVerdict(payload, rules, enforcing), rules);
      return decodeRemotely(token, app.packageName, decoder, consumeChallenge, tokenForm).then((decoded) =>
        enrolled(appraiseVerdict(decoded, rules, enforcing), rules),
      );
    },

    appraise({ appId, environment, attestedAt, facts }, now) {
      const app = apps.find(({ packageName }) => packageName === appId);
      enforcing.holds(POLICY_CHECKS.configured, app !== undefined);
      appraiseTesting(environment === 'testing', { policy }, enforcing);
      const known = { ...readFacts(facts), packageName: appId };
      if (app !== undefined) appraisePolicy(known, app, policy, enforcing);
      const isRecent = maxAge === undefined || now - attestedAt <= maxAge * 1000;
      enforcing.holds(POLICY_CHECKS.age, isRecent);
    },
  };
}

/** Undefined if Google has to decode it: there are no keys, or none is for this token and Google can be asked. */
function decodeLocally(
  token: string,
  keys: PlayIntegrityKeys | undefined,
  decoder: IntegrityDecoder | undefined,
): ReturnType<typeof decodeToken> | undefined {
  if (keys === undefined) return undefined;
  try {
    return decodeToken(token, keys, enforcing);
  } catch (error) {
    const isForOthers = error instanceof AttestationError && error.code === TOKEN_CHECKS.key.code;
    if (isForOthers && decoder !== undefined) return undefined;
    throw error;
  }
}

/** What the device's record keeps. */
function enrolled(verdict: PlayIntegrityVerdict, { app, now }: VerdictRules): Enrolled {
  const { packageName: _named, ...facts } = factsOf(verdict);
  const known = Object.entries(facts).filter(([, fact]) => fact !== undefined);
  return {
    kind: 'playIntegrity',
    platform: 'android',
    appId: app.packageName,
    environment: verdict.testing ? 'testing' : 'production',
    integrity: integrityOf(verdict.deviceIntegrity.deviceRecognitionVerdict),
    // A clock that is ahead must not make the evidence look younger than it is.
    attestedAt: Math.min(verdict.requestDetails.timestampMillis ?? now, now),
    facts: Object.fromEntries(known),
    ...(verdict.unrecognized.length > 0 && { notes: verdict.unrecognized }),
  };
}

/** The highest of the labels; some phones have one without those below it. */
function integrityOf(labels: readonly string[] = []): DeviceIntegrity {
  if (labels.includes('MEETS_STRONG_INTEGRITY')) return 'hardware';
  if (labels.includes('MEETS_DEVICE_INTEGRITY')) return 'device';
  const isBasic = labels.includes('MEETS_BASIC_INTEGRITY') || labels.includes('MEETS_VIRTUAL_INTEGRITY');
  return isBasic ? 'basic' : 'app';
}

function appNamed(apps: readonly App[], name: string | undefined): App {
  const app = name === undefined && apps.length === 1 ? apps[0] : undefined;
  const named = app ?? apps.find(({ packageName }) => packageName === name);
  if (named === undefined) throw new AttestationError(FIELD_CHECKS.package);
  return named;
}

function readApps(apps: readonly PlayIntegrityApp[] | undefined): readonly App[] {
  if (apps === undefined || apps.length === 0)
    throw new ConfigurationError('apps', 'names no app', 'Give a list: [{ packageName, … }].');
  const read = apps.map((app) => {
    assertOptions(app, APP_OPTIONS, 'an app of playIntegrity', 'apps.');
    return { ...readPinnedApp(app), keys: app.keys };
  });
  if (new Set(read.map(({ packageName }) => packageName)).size < read.length)
    throw new ConfigurationError('apps', 'has the same package twice', 'Give each once, with all its keys.');
  return read;
}

function assertDecodable(apps: readonly App[], decoder: IntegrityDecoder | undefined): void {
  if (decoder !== undefined && typeof decoder.decode !== 'function')
    throw new ConfigurationError(
      'decoder',
      'does not have the method decode',
      'Give what googlePlayIntegrity returned.',
    );
  for (const { keys } of apps) {
    if (keys !== undefined && !areKeys(keys))
      throw new ConfigurationError('keys', 'are not response keys', 'Give what playIntegrityKeys returned.');
    if (keys === undefined && decoder === undefined) {
      const remedy = 'Give googlePlayIntegrity({ … }), or every app its own response keys.';
      throw new ConfigurationError('decoder', 'is not set, and an app has no keys', remedy);
    }
  }
}

function readRequest(request: string | undefined, apps: readonly App[]): 'standard' | 'classic' {
  const hasKeys = apps.some(({ keys }) => keys !== undefined);
  if (request === undefined) return hasKeys ? 'classic' : 'standard';
  if (request === 'classic' || (request === 'standard' && !hasKeys)) return request;
  const problem =
    request === 'standard' ? 'is standard, and an app has keys' : 'is neither standard nor classic';
  throw new ConfigurationError('request', problem, 'Google alone can decode tokens of standard requests.');
}
