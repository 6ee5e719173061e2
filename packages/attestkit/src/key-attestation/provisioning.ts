import { isCborMap, readCbor } from '../kernel/cbor.js';
import type { Certificate } from '../kernel/x509.js';
import { ATTRIBUTE, readAttributes } from './subject.js';

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
 * The level that an attestation certificate vouches for; undefined where it does for neither. Google's servers write it
 * as the organization; of the factories some say StrongBox, in one attribute or another, and not all say TEE.
 */
export function levelOf(
  { subject }: Certificate,
  provisioning: Provisioning,
): 'TRUSTED_ENVIRONMENT' | 'STRONG_BOX' | undefined {
  const attributes = readAttributes(subject);
  if (provisioning !== 'remote') {
    const isStrongBox = attributes.some(({ value }) => value.toLowerCase().includes('strongbox'));
    return isStrongBox ? 'STRONG_BOX' : 'TRUSTED_ENVIRONMENT';
  }
  const [organization, ...more] = attributes.filter(({ oid }) => oid === ATTRIBUTE.organization);
  if (organization?.value === 'StrongBox' && more.length === 0) return 'STRONG_BOX';
  return organization?.value === 'TEE' && more.length === 0 ? 'TRUSTED_ENVIRONMENT' : undefined;
}

/** The provisioning info, a map in CBOR; empty where it is absent or cannot be read, as it decides nothing on its own. */
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
