import { decodeBase64url } from '../kernel/bytes/base64.js';
import { ConfigurationError } from '../kernel/errors.js';
import { unpadded } from './facts.js';
import type { PlayIntegrityKeys } from './token/keys.js';

/** One app that devices enroll with. */
export interface PlayIntegrityApp {
  /** The application id: `com.example.app`. */
  readonly packageName: string;
  /**
   * SHA-256 of the certificates that the app may be signed with: hexadecimal, with or without colons, as the Play
   * Console shows it, base64 or base64url.
   */
  readonly acceptedCertificates: readonly string[];
  /** The lowest version code; beyond what a double holds as a bigint, or as text. Default: any. */
  readonly minimumVersionCode?: number | bigint | string | undefined;
  /** The app's own response keys, if it manages them; its tokens are then decoded here. */
  readonly keys?: PlayIntegrityKeys | undefined;
}

/** What a verdict must say of an app. */
export type PlayIntegrityAppOptions = Pick<PlayIntegrityApp, 'packageName' | 'minimumVersionCode'> & {
  readonly acceptedCertificates?: readonly string[] | undefined;
};

/** The options above, read and ready. */
export interface AppRules {
  readonly packageName: string;
  /** Base64url without padding; not held to any where undefined. */
  readonly pins: ReadonlySet<string> | undefined;
  readonly minimumVersionCode: bigint | undefined;
}

/**
 * Reads what one app must meet.
 *
 * @throws ConfigurationError naming the option
 */
export function readApp(app: PlayIntegrityAppOptions): AppRules {
  const { packageName, acceptedCertificates: digests, minimumVersionCode: version } = app;
  // Letters, digits and underscores between dots (Android, application id); it becomes part of a URL.
  if (typeof packageName !== 'string' || !/^[A-Za-z]\w*(\.[A-Za-z]\w*)+$/.test(packageName)) {
    const remedy = 'Give the application id: com.example.app.';
    throw new ConfigurationError('packageName', 'is not the name of a package', remedy);
  }
  if (digests !== undefined && !(Array.isArray(digests) && digests.length > 0 && digests.every(isText)))
    throw refusedPins('is empty');
  return {
    packageName,
    pins: digests === undefined ? undefined : new Set(digests.map(normalPin)),
    minimumVersionCode: version === undefined ? undefined : readVersionCode(version),
  };
}

/**
 * Reads what an app must meet that enrolls devices: pins are a must, and each is a SHA-256.
 *
 * @throws ConfigurationError naming the option
 */
export function readPinnedApp(app: PlayIntegrityAppOptions): AppRules {
  const rules = readApp(app);
  if (rules.pins === undefined) throw refusedPins('is missing');
  for (const pin of rules.pins)
    if (decodeBase64url(pin)?.length !== 32) throw refusedPins('has one that is not a SHA-256');
  return rules;
}

/** One text for each pin; other text stays as it is, and matches nothing that Google signs with. */
function normalPin(pin: string): string {
  const isHex = /^[0-9A-Fa-f]{2}(:?[0-9A-Fa-f]{2}){31}$/.test(pin);
  return isHex ? Buffer.from(pin.replaceAll(':', ''), 'hex').toString('base64url') : unpadded(pin);
}

function readVersionCode(version: number | bigint | string): bigint {
  const isNumber =
    typeof version === 'number' ? Number.isSafeInteger(version) : /^\d{1,19}$/.test(`${version}`);
  if (isNumber && BigInt(version) >= 0n) return BigInt(version);
  throw new ConfigurationError('minimumVersionCode', 'is not a version code', 'Give a whole number.');
}

function refusedPins(problem: string): ConfigurationError {
  const remedy =
    'Give SHA-256 digests of the signing certificate, as the Play Console shows them under App integrity.';
  return new ConfigurationError('acceptedCertificates', problem, remedy);
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}
