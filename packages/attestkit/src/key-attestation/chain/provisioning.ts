import { isCborMap, readCbor } from '../../kernel/bytes/cbor.js';
import type { Certificate } from '../../kernel/asn1/x509.js';
import { ATTRIBUTE, readAttributes } from './distinguished-name.js';

/** How the key that signs attestations came to the device: in the factory, or later from Google's servers. */
export type Provisioning = 'factory' | 'remote' | 'unknown';

/** What Google's servers say of a device when they provision it; a member that is not known is absent. */
export interface ProvisioningInfo {
  /** How many certificates the device was issued in about 30 days: many are a sign of abuse. */
  readonly certificatesIssued?: number;
  /** `Google`, `samsung`: who answers for the device. */
  readonly manufacturer?: string;
}

/** Extension of remotely provisioned attestation certificates. */
export const PROVISIONING_INFO = '1.3.6.1.4.1.11129.2.1.30';

/**
 * The shape of a chain, by the subject of the certificate that a root signed: the factories' have a serial number for a
 * name, Google's servers sign as `Droid CA`.
 */
export function provisioningOf(upper: Certificate | undefined): Provisioning {
  let isGoogle = false;
  let isDroid = false;
  for (const { oid, value } of upper === undefined ? [] : readAttributes(upper.subject)) {
    if (oid === ATTRIBUTE.serialNumber) return 'factory';
    isGoogle ||= oid === ATTRIBUTE.organization && value === 'Google LLC';
    isDroid ||= oid === ATTRIBUTE.commonName && /^Droid CA\d*$/.test(value);
  }
  return isGoogle && isDroid ? 'remote' : 'unknown';
}

/**
 * The level that a chain vouches for; undefined if it does for neither. Google's servers write it as the organization
 * of the attestation certificate. Of a factory only a StrongBox is said to be one, in any attribute of the attestation
 * certificate or of the one that the root signed: android/keyattestation, `securityLevelFromFactoryChain`, after
 * Android's Compatibility Test Suite, KeyAttestationTest. Every other chain is one of a TEE.
 */
export function levelOf(
  attester: Certificate | undefined,
  upper: Certificate | undefined,
  provisioning: Provisioning,
): 'TRUSTED_ENVIRONMENT' | 'STRONG_BOX' | undefined {
  if (attester === undefined) return undefined;
  if (provisioning !== 'remote')
    return namesStrongBox(attester) || namesStrongBox(upper) ? 'STRONG_BOX' : 'TRUSTED_ENVIRONMENT';
  const [organization, ...more] = readAttributes(attester.subject).filter(
    ({ oid }) => oid === ATTRIBUTE.organization,
  );
  if (organization?.value === 'StrongBox' && more.length === 0) return 'STRONG_BOX';
  return organization?.value === 'TEE' && more.length === 0 ? 'TRUSTED_ENVIRONMENT' : undefined;
}

function namesStrongBox(certificate: Certificate | undefined): boolean {
  const attributes = certificate === undefined ? [] : readAttributes(certificate.subject);
  return attributes.some(({ value }) => value.toLowerCase().includes('strongbox'));
}

/** The provisioning info, a map in CBOR; empty if it is absent or cannot be read, as it decides nothing on its own. */
export function readProvisioningInfo(certificate: Certificate | undefined): ProvisioningInfo {
  const extension = certificate?.extensions.get(PROVISIONING_INFO);
  const item = extension === undefined ? undefined : readCbor(extension.value);
  if (!isCborMap(item)) return {};
  const certificatesIssued = item.get(1);
  const manufacturer = item.get(3);
  return {
    ...(typeof certificatesIssued === 'number' && certificatesIssued >= 0 && { certificatesIssued }),
    ...(typeof manufacturer === 'string' && { manufacturer }),
  };
}
