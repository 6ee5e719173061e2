import { randomBytes } from 'node:crypto';
import type { AttestedModule } from 'attestkit/key-attestation';
import { ConfigurationError } from 'attestkit/errors';
import { assertOneOf, assertOptions, type OptionTypes } from '../options.js';
import { createDeviceKeys } from './authorities.js';
import { encodeModules, VERSIONS } from './description.js';
import {
  createAndroidKey,
  type AndroidKeyOptions,
  type GoogleOfAndroid,
  type VirtualAndroidKey,
} from './key.js';
import type { KeyAttestationChainDefect } from './defects/key-attestation-defects.js';
import type { Clock } from '../clock.js';
import { readDigests } from './signing-digests.js';

/** An Android device and the app on it. */
export interface AndroidOptions {
  /** The application id: `com.example.app`. */
  readonly packageName: string;
  /** SHA-256 of each certificate that the app is signed with, 32 bytes; text is hexadecimal. */
  readonly signingDigests: readonly (Uint8Array | string)[];
  /** Default 1. */
  readonly versionCode?: number;
  /** Of the attestation: 1 to 4 of Keymaster; 100, 200, … 500 of KeyMint. Default 400. Before 2 it names no app. */
  readonly attestationVersion?: number;
  /** Where the keys are. Default `tee`. */
  readonly securityLevel?: 'tee' | 'strongbox';
  /** Whether the attestation key came from the factory, or from Google's servers. Default `rkp`. */
  readonly provisioning?: 'factory' | 'rkp';
  /** The root that the chain ends at. Default: `p384` with `rkp`; with `factory` it is `rsa` always. */
  readonly root?: 'rsa' | 'p384';
  /** How many certificates Google's servers issued to the device lately. Default 1. */
  readonly certificatesIssued?: number;
  /** The version of Android: `8.1.0`. Default `16`. */
  readonly osVersion?: string;
  /** Year and month. Default: of the device's clock when a key is made. */
  readonly patchLevel?: string;
  /** Year, month and day. Default: the fifth of that month, as the next. */
  readonly vendorPatchLevel?: string;
  readonly bootPatchLevel?: string;
  /** Default `VERIFIED`. */
  readonly bootState?: 'VERIFIED' | 'SELF_SIGNED' | 'UNVERIFIED' | 'FAILED';
  /** Whether the bootloader is locked. Default true. */
  readonly locked?: boolean;
  /** SHA-256 of the key that the system is signed with, 32 bytes. Default: random; zeros if the bootloader is unlocked. */
  readonly verifiedBootKey?: Uint8Array;
  /** The system's modules, which `moduleHash` is of. Default: two Android modules. */
  readonly modules?: readonly AttestedModule[];
  /** The device's clock. Default: that of its Google. */
  readonly now?: Clock;
}

export interface VirtualAndroid {
  /** What `KeyStoreManager.getSupplementaryAttestationInfo(MODULE_HASH)` gives: the modules in DER. */
  readonly modules: Uint8Array;
  /**
   * Makes a key in the device's KeyStore, attested as `setAttestationChallenge` demands it.
   *
   * @param defect what is wrong with the certificate chain. Default: nothing
   */
  generateKey(options: AndroidKeyOptions, defect?: KeyAttestationChainDefect): VirtualAndroidKey;
}

const OPTIONS: OptionTypes = {
  packageName: 'string',
  signingDigests: 'list',
  versionCode: 'number',
  attestationVersion: 'number',
  securityLevel: 'string',
  provisioning: 'string',
  root: 'string',
  certificatesIssued: 'number',
  osVersion: 'string',
  patchLevel: 'string',
  vendorPatchLevel: 'string',
  bootPatchLevel: 'string',
  bootState: 'string',
  locked: 'boolean',
  verifiedBootKey: 'any',
  modules: 'list',
  now: 'function',
};

const MODULES: readonly AttestedModule[] = [
  { packageName: 'com.android.adbd', version: 361_000_000 },
  { packageName: 'com.android.conscrypt', version: 361_000_000 },
];

const STATES = ['VERIFIED', 'SELF_SIGNED', 'UNVERIFIED', 'FAILED'] as const;

export function createAndroid(options: AndroidOptions, google: GoogleOfAndroid): VirtualAndroid {
  assertOptions(options, OPTIONS, 'createAndroid');
  const { packageName, attestationVersion: version = 400, securityLevel = 'tee' } = options;
  const { provisioning = 'rkp', root = provisioning === 'rkp' ? 'p384' : 'rsa' } = options;
  const { bootState = 'VERIFIED', locked = true, osVersion = '16', now = Date.now } = options;
  const { modules = MODULES } = options;
  if (typeof packageName !== 'string' || packageName === '')
    throw new ConfigurationError('packageName', 'is not set', 'Give the application id: com.example.app.');
  if (!VERSIONS.includes(version))
    throw new ConfigurationError('attestationVersion', 'is not known', `Give one of ${VERSIONS.join(', ')}.`);
  assertOneOf('securityLevel', securityLevel, ['tee', 'strongbox']);
  assertOneOf('provisioning', provisioning, ['factory', 'rkp']);
  assertOneOf('root', root, provisioning === 'rkp' ? ['rsa', 'p384'] : ['rsa']);
  assertOneOf('bootState', bootState, STATES);
  const { versionCode = 1, certificatesIssued = 1 } = options;
  const key = options.verifiedBootKey ?? (locked ? randomBytes(32) : Buffer.alloc(32));
  const about = {
    version,
    level: securityLevel === 'strongbox' ? 2 : 1,
    app: {
      packageName,
      versionCode: whole('versionCode', versionCode),
      signingDigests: readDigests(options.signingDigests),
    },
    boot: { locked, state: STATES.indexOf(bootState), key, hash: randomBytes(32) },
    osVersion: readOs(osVersion),
    modules: readModules(modules),
    device: createDeviceKeys(),
    provisioning,
    root,
    certificatesIssued: whole('certificatesIssued', certificatesIssued),
  };
  const patchLevels = () => {
    const month = new Date(now()).toISOString().slice(0, 7);
    const { patchLevel = month } = options;
    const { vendorPatchLevel = `${patchLevel}-05`, bootPatchLevel = `${patchLevel}-05` } = options;
    return {
      patchLevel: readPatch('patchLevel', patchLevel, /^\d{4}-\d{2}$/),
      vendorPatchLevel: readPatch('vendorPatchLevel', vendorPatchLevel, /^\d{4}-\d{2}-\d{2}$/),
      bootPatchLevel: readPatch('bootPatchLevel', bootPatchLevel, /^\d{4}-\d{2}-\d{2}$/),
    };
  };
  patchLevels();
  return Object.freeze({
    modules: about.modules,
    generateKey: (wanted: AndroidKeyOptions, defect?: KeyAttestationChainDefect) =>
      createAndroidKey({ ...about, ...patchLevels(), now: now() }, wanted, google, defect),
  });
}

/** As KeyMint writes it: `16` is 160000. */
function readOs(version: string): number {
  if (!/^\d{1,2}(\.\d{1,2}){0,2}$/.test(version))
    throw new ConfigurationError('osVersion', 'is not a version of Android', 'Give 16, or 8.1.0.');
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  return major * 10_000 + minor * 100 + patch;
}

function readPatch(option: string, level: string, form: RegExp): number {
  if (form.test(level)) return Number(level.replaceAll('-', ''));
  const remedy = option === 'patchLevel' ? 'Give 2026-05.' : 'Give 2026-05-05.';
  throw new ConfigurationError(option, 'is not a patch level', remedy);
}

function readModules(modules: readonly AttestedModule[]): Uint8Array {
  for (const [index, each] of modules.entries()) {
    const path = `modules[${index}]`;
    assertOptions(each, { packageName: 'string', version: 'number' }, path, `${path}.`);
    whole(`${path}.version`, each.version);
    if (each.packageName !== undefined) continue;
    const remedy = 'Give the name of a package: com.android.conscrypt.';
    throw new ConfigurationError(`${path}.packageName`, 'is not set', remedy);
  }
  return new Uint8Array(encodeModules(modules));
}

function whole(option: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new ConfigurationError(option, 'is not a whole number from 0 on', 'Leave it out.');
}
