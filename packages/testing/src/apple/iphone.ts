import { ConfigurationError } from 'attestkit/errors';
import { assertOneOf, assertOptions, type OptionTypes } from '../options.js';
import { isSince } from './leaf-certificate.js';
import type { Clock } from '../clock.js';
import type { AppleOfPhone, Phone } from './phone.js';
import { createKey, type VirtualKey } from './iphone-key.js';

/** An iPhone (or a Mac) and the app on it. */
export interface IPhoneOptions {
  /** Team and bundle id: `TEAMID1234.com.example.app`; on macOS the signing identifier instead of the bundle id. */
  readonly appId: string;
  /** What the app's entitlement says. Default `production`. */
  readonly environment?: 'production' | 'development';
  /** Default `ios`. */
  readonly platform?: 'ios' | 'macos';
  /** The version of the system, from `14.0` on. Default `27.0`. */
  readonly osVersion?: string;
  /** Its build, `24A325`; one that ends in a small letter is a beta. Default: one that fits the version. */
  readonly osBuild?: string;
  /**
   * Whether the app's launch is signed too, and how that is marked: `flag-0xc0` as devices with iOS 27.0.1 do it,
   * `flag-0x40` as Apple's sample of 2026 has it. Default: `flag-0xc0` from 27.0 on, `none` before.
   */
  readonly extensions?: 'none' | 'flag-0x40' | 'flag-0xc0';
  /** Apple's number of the validation category. Default 4 (App Store), in development 3. */
  readonly category?: number;
  /** Default `1`; on macOS none, as on real Macs. */
  readonly bundleVersion?: string;
  /** The hash of the app's code, which from 27.0 on is signed and before stood unsigned in an attestation. Default: none. */
  readonly cdHash?: Uint8Array;
  /** The phone's clock. Default: that of its Apple. */
  readonly now?: Clock;
}

export interface VirtualIPhone {
  /** Makes a key in the phone's hardware, as `DCAppAttestService.generateKey` does. */
  generateKey(): VirtualKey;
}

const OPTIONS: OptionTypes = {
  appId: 'string',
  environment: 'string',
  platform: 'string',
  osVersion: 'string',
  osBuild: 'string',
  extensions: 'string',
  category: 'number',
  bundleVersion: 'string',
  cdHash: 'any',
  now: 'function',
};

/** How long the risk metric counts a key. */
const MONTH = 30 * 86_400_000;

export function createIPhone(options: IPhoneOptions, apple: AppleOfPhone): VirtualIPhone {
  assertOptions(options, OPTIONS, 'createIPhone');
  const { appId, environment = 'production', platform = 'ios', osVersion = '27.0' } = options;
  const { osBuild = buildOf(osVersion), now = Date.now } = options;
  if (typeof appId !== 'string' || appId === '')
    throw new ConfigurationError(
      'appId',
      'is not set',
      'Give team and bundle id: TEAMID1234.com.example.app.',
    );
  if (!/^\d+\.\d+(\.\d+)?$/.test(osVersion) || !isSince(osVersion, 14))
    throw new ConfigurationError('osVersion', 'is not a version of iOS', 'Give 14.0 or a later one: 26.2.');
  const { extensions: layout = isSince(osVersion, 27) ? 'flag-0xc0' : 'none' } = options;
  const { category = environment === 'production' ? 4 : 3, cdHash } = options;
  const { bundleVersion = platform === 'macos' ? undefined : '1' } = options;
  if (!Number.isInteger(category) || category < 0 || category > 0xffff_ffff)
    throw new ConfigurationError('category', 'is not an unsigned number of 32 bits', 'Leave it out.');
  assertOneOf('environment', environment, ['production', 'development']);
  assertOneOf('platform', platform, ['ios', 'macos']);
  assertOneOf('extensions', layout, ['none', 'flag-0x40', 'flag-0xc0']);
  const attestations: number[] = [];
  const phone: Phone = {
    ...apple,
    appId,
    environment,
    device: { platform, osVersion, osBuild },
    layout,
    launch: { category, bundleVersion, cdHash },
    now,
    attested: () => void attestations.push(now()),
    attestedKeys: () => attestations.filter((at) => at > now() - MONTH).length,
  };
  return Object.freeze({ generateKey: () => createKey(phone) });
}

/** Apple's way of counting: iOS 18.0 is train 22A, 26.2 is 23C. */
function buildOf(osVersion: string): string {
  const [major = 0, minor = 0] = osVersion.split('.').map(Number);
  return `${major < 26 ? major + 4 : major - 3}${String.fromCharCode(65 + minor)}55`;
}
