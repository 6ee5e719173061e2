import { hash } from 'node:crypto';
import { oneOf, type Worded } from '../../kernel/asked.js';
import { equalBytes } from '../../kernel/bytes/equal-bytes.js';
import { CertificatePlace } from '../../kernel/asn1/certificate-place.js';
import { isCborMap, isTextMap, readCbor, type CborMap } from '../../kernel/bytes/cbor.js';
import { p256Point, p256Thumbprint, readCoseKey } from '../../kernel/asn1/cose.js';
import { mustRead, enforcing, inspecting } from '../../kernel/sinks.js';
import { isReadable, parseCertificate, type Unreadable } from '../../kernel/asn1/x509-read.js';
import type { Certificate } from '../../kernel/asn1/x509.js';
import type { Checks, Inspection } from '../../ports/checks.js';
import { ATTESTATION_CHECKS as CHECKS } from './attestation-checks.js';
import { readAttestedData } from '../authenticator-data.js';
import { appraiseChain } from './chain.js';
import { decodeAtMost, MAX_ATTESTATION } from '../encoding.js';
import {
  readExpectations,
  type AppIdHash,
  type AttestationExpectations,
  type AttestationRules,
} from '../expectations.js';
import { appraiseLaunch, readLaunch, type AppAttestCategory } from '../launch.js';
import { hasMacosPolicy, isOfMac, nonceOf, operatingSystemOf } from './leaf-extensions.js';
import { nonceMistake } from './nonce-mistakes.js';
import { appraiseAge, appraisePolicy, type AppAttestEnvironment } from './policy.js';

/** A genuine attestation. */
export interface AppAttestAttestation {
  readonly kind: 'appAttest';
  /** The one of the expected App IDs that it is for. */
  readonly appId: string;
  readonly environment: AppAttestEnvironment;
  readonly key: {
    /** SHA-256 of the uncompressed point, base64url: what the app calls the key. */
    readonly id: string;
    /** SubjectPublicKeyInfo in DER: what assertions are verified with. */
    readonly publicKey: Uint8Array;
    /** JWK SHA-256 thumbprint (RFC 7638), base64url. */
    readonly thumbprint: string;
  };
  /** The key's certificate in DER, which the receipt repeats. */
  readonly certificate: Uint8Array;
  /** As it was sent. Nothing in the attestation signs it: verify it on its own. */
  readonly receipt: Uint8Array;
  /** How the app came to the device; undefined before iOS 27 and macOS 27. */
  readonly category: AppAttestCategory | undefined;
  /** CFBundleVersion; undefined before iOS 27, and of Macs. */
  readonly bundleVersion: string | undefined;
  /**
   * SHA-256 of the app's code directory in hexadecimal, signed; from iOS 27 and macOS 27 on, if the app asks for it.
   * `unrecognized` if it is of another form.
   */
  readonly codeDirectoryHash: string | undefined;
  /** `17.2.1` */
  readonly osVersion: string | undefined;
  /** `22C5109p` */
  readonly osBuild: string | undefined;
  /** `ios` stands for the other mobile systems too. */
  readonly platform: 'ios' | 'macos';
  /**
   * Milliseconds since the epoch. Apple does not say it: measured, certificates begin 24 hours before they are issued
   * (the 2020 beta of iOS 14: 10 minutes).
   */
  readonly issuedAt: number;
  /** SHA-256 of the root's SubjectPublicKeyInfo, base64url. */
  readonly rootKeyId: string | undefined;
  /** Under a root of `roots` that is not Apple's: made for testing. */
  readonly virtual: boolean;
}

/** Values of the aaguid, 16 bytes (Apple, Verify the attestation, step 8). */
const ENVIRONMENTS: readonly (readonly [string, AppAttestEnvironment])[] = [
  ['appattest\0\0\0\0\0\0\0', 'production'],
  ['appattestdevelop', 'development'],
];

const DAY = 86_400_000;

/**
 * Verifies an attestation: CBOR as the app got it from `attestKey`. Pure and synchronous. The caller has to
 * ensure: that the challenge was its own and is used once, and that the key belongs to no other device or user.
 *
 * @throws AttestationError with one of the codes of the catalog, at the first check that does not hold
 * @throws ConfigurationError when the expectations make no sense
 * @example
 * const { key, receipt } = verifyAppAttestAttestation(attestation, { appIds, keyId, challenge });
 */
export function verifyAppAttestAttestation(
  attestation: Uint8Array,
  expected: AttestationExpectations,
): AppAttestAttestation {
  return appraiseAttestation(attestation, readExpectations(expected), enforcing);
}

/**
 * Runs the same checks as `verifyAppAttestAttestation`, all of them, and reports each.
 *
 * @throws ConfigurationError when the expectations make no sense
 * @example
 * const report = inspectAppAttestAttestation(attestation, { appIds, keyId, challenge });
 * console.log(report.checks.filter(({ ok }) => !ok));
 */
export function inspectAppAttestAttestation(
  attestation: Uint8Array,
  expected: AttestationExpectations,
): Inspection<AppAttestAttestation> {
  const rules = readExpectations(expected);
  return inspecting((checks, read) => appraiseAttestation(attestation, rules, checks, read));
}

/** The straight line, for either sink. */
export function appraiseAttestation(
  attestation: Uint8Array,
  rules: AttestationRules,
  checks: Checks,
  read?: (partial: AppAttestAttestation) => void,
): AppAttestAttestation {
  const { clientDataHash, policy, now } = rules;

  // All that has to be readable: the object, both certificates, the authenticator data, the key id.
  const { x5c, receipt, authData } = readStatement(attestation, checks);
  const [leaf, intermediate] = readCertificates(x5c, checks);
  const point = mustRead(checks, CHECKS.leafKey, p256Point(leaf.spki));
  const data = mustRead(checks, CHECKS.authenticatorData, readAttestedData(authData));
  const keyId = mustRead(checks, CHECKS.keyIdForm, readKeyId(rules.keyId));

  // Step 1: the certificates chain to the pinned root.
  const anchor = appraiseChain(leaf, intermediate, rules.anchors, now, checks, rules.cache);

  // Steps 2 to 4: the certificate's nonce is SHA-256(authData ‖ clientDataHash).
  const nonce = nonceOf(leaf);
  checks.holds(CHECKS.nonceExtension, nonce !== undefined);
  const made = hash('sha256', Buffer.concat([authData, clientDataHash]), 'buffer');
  const isBound = nonce !== undefined && equalBytes(nonce, made);
  const mistake = isBound ? undefined : nonceMistake(nonce, authData, rules);
  checks.holds(CHECKS.nonce, isBound, hex(nonce), hex(made), mistake);

  // Step 4 on macOS: the key's access policy is that of a Mac with full security.
  const os = operatingSystemOf(leaf);
  checks.holds(CHECKS.osExtension, os !== undefined);
  const ofMac = isOfMac(leaf, os?.platform);
  checks.holds(CHECKS.macosPolicy, !ofMac || hasMacosPolicy(leaf), os?.platform);

  // Step 5: the key id is SHA-256 of the certificate's key.
  const digest = hash('sha256', point, 'buffer');
  checks.holds(CHECKS.keyId, equalBytes(digest, keyId), base64(keyId), base64(digest));

  // Step 6: rpIdHash is SHA-256 of an App ID.
  const app = rules.apps.find((each) => equalBytes(each.hash, data.rpIdHash));
  checks.holds(CHECKS.appId, app !== undefined, app?.appId ?? hex(data.rpIdHash), hashes(rules.apps));

  // Step 7: the key has signed nothing yet.
  checks.holds(CHECKS.counter, data.counter === 0, data.counter, 0);

  // Step 8: aaguid names the environment.
  const aaguid = Buffer.from(data.aaguid).toString('latin1');
  const environment = ENVIRONMENTS.find(([value]) => value === aaguid)?.[1];
  checks.holds(CHECKS.aaguid, environment !== undefined, hex(data.aaguid));

  // Step 9: the credential id is the key id.
  checks.holds(
    CHECKS.credentialId,
    equalBytes(data.credentialId, keyId),
    base64(data.credentialId),
    base64(keyId),
  );

  // Web Authentication §6.5.1: the credential's key is the certificate's.
  const credentialKey = readCoseKey(data.credentialKey);
  checks.holds(CHECKS.credentialKey, credentialKey !== undefined && equalBytes(credentialKey, point));

  // Steps 10 and 11: what iOS 27 says of the app.
  const launch = readLaunch(data, CHECKS, checks);

  const result: AppAttestAttestation = {
    kind: 'appAttest',
    appId: app?.appId as string,
    environment: environment as AppAttestEnvironment,
    key: {
      id: digest.toString('base64url'),
      publicKey: new Uint8Array(leaf.spki),
      thumbprint: p256Thumbprint(point),
    },
    certificate: new Uint8Array(leaf.der),
    receipt: new Uint8Array(receipt),
    ...launch,
    osVersion: os?.version,
    osBuild: os?.build,
    platform: ofMac ? 'macos' : 'ios',
    issuedAt: leaf.notBefore + DAY,
    rootKeyId: anchor?.keyId,
    virtual: anchor?.virtual ?? false,
  };
  read?.(result);

  // Genuine; now the policy.
  appraiseLaunch(launch, policy, CHECKS, checks);
  appraisePolicy(result, policy, checks);
  appraiseAge(result.issuedAt, rules.maxAgeSeconds, now, checks);
  return result;
}

interface Statement {
  readonly x5c: readonly unknown[];
  readonly receipt: Uint8Array;
  readonly authData: Uint8Array;
}

/**
 * Members beside `fmt`, `attStmt` and `authData` are let through and not looked at: iOS 18.5 to 26 writes an unsigned
 * `cdHash` there.
 */
function readStatement(attestation: Uint8Array, checks: Checks): Statement {
  const fits = attestation instanceof Uint8Array && attestation.length <= MAX_ATTESTATION;
  mustRead(checks, CHECKS.size, fits || undefined);
  const item = readCbor(attestation);
  const object = mustRead(checks, CHECKS.cbor, isTextMap(item) ? item : undefined);
  checks.holds(CHECKS.format, object.get('fmt') === 'apple-appattest');
  return mustRead(checks, CHECKS.statement, statementOf(object));
}

function statementOf(object: CborMap): Statement | undefined {
  const statement = object.get('attStmt');
  const authData = object.get('authData');
  if (!isCborMap(statement) || statement.size !== 2 || !(authData instanceof Uint8Array)) return undefined;
  const x5c = statement.get('x5c');
  const receipt = statement.get('receipt');
  return Array.isArray(x5c) && receipt instanceof Uint8Array ? { x5c, receipt, authData } : undefined;
}

function readCertificates(x5c: readonly unknown[], checks: Checks): readonly [Certificate, Certificate] {
  mustRead(checks, CHECKS.chainLength, x5c.length === 2 || undefined);
  const read = x5c.map((der) =>
    der instanceof Uint8Array ? parseCertificate(der) : { unreadable: 'Certificate' },
  );
  const [leaf, intermediate] = read.filter(isReadable);
  const both = leaf === undefined || intermediate === undefined ? undefined : ([leaf, intermediate] as const);
  const index = read.findIndex((each) => !isReadable(each));
  const { unreadable = '' } = (read[index] ?? {}) as Partial<Unreadable>;
  return mustRead(checks, CHECKS.certificates, both, new CertificatePlace(index, unreadable));
}

function readKeyId(keyId: Uint8Array | string): Uint8Array | undefined {
  const bytes = typeof keyId === 'string' ? decodeAtMost(keyId, 32) : keyId;
  return bytes instanceof Uint8Array && bytes.length === 32 ? bytes : undefined;
}

/** An App ID that was expected, and its SHA-256, which an attestation has in its place. */
function hashes(apps: readonly AppIdHash[]): Worded {
  return oneOf(apps.map(({ appId, hash: digest }) => `${appId} (SHA-256 ${hex(digest)})`));
}

function hex(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('hex');
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
