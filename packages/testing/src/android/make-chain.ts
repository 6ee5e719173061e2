import {
  factoryChain,
  named,
  remoteChain,
  signDraft,
  type AndroidAuthorities,
  type DeviceKeys,
  type Draft,
  type RootName,
} from './authorities.js';
import {
  describe,
  encodeDescription,
  integers,
  type Description,
  type DescriptionContents,
} from './description.js';
import { makeAndroidKey, type AndroidKeyMaterial } from './key-types.js';
import { changeTags, withTag, type ListChanges } from './tags.js';
import { keyUsage, type Extension } from '../encode/certificate.js';

export const KEY_DESCRIPTION = '1.3.6.1.4.1.11129.2.1.17';

/** Midnight at the beginning of 2048: the end of what the device's clock says. */
const LEAF_NOT_AFTER = Date.UTC(2048, 0, 1);

/** What a chain is about. */
export interface ChainContents extends DescriptionContents {
  readonly key: AndroidKeyMaterial;
  /** What the key's lists have beside and instead of what they would have. */
  readonly tags: ListChanges;
  readonly device: DeviceKeys;
  readonly provisioning: 'factory' | 'rkp';
  readonly root: RootName;
  readonly certificatesIssued: number;
  /** Whether a key of the app attests this one, instead of the device's own. */
  readonly attestKey: boolean;
}

/** What a step that changes a chain can use. */
export interface Workshop {
  readonly authorities: AndroidAuthorities;
  readonly description: Description;
  /** Puts a certificate on the revocation list. */
  readonly revoke: (serial: bigint, status: 'REVOKED' | 'SUSPENDED') => void;
}

/** The steps of making, each of which a defect can change. */
export interface ChainSteps {
  readonly describe?: (description: Description, contents: ChainContents) => Description;
  /** The same of the app's own attestation key; the chain has one then. */
  readonly describeAttestKey?: (description: Description) => Description;
  readonly encoded?: (extension: Uint8Array) => Uint8Array;
  readonly drafts?: (drafts: readonly Draft[], workshop: Workshop) => readonly Draft[];
  readonly chain?: (chain: readonly Uint8Array[], workshop: Workshop) => readonly Uint8Array[];
}

/** The chain that `KeyStore.getCertificateChain` gives of a new key, the leaf first. */
export function makeAndroidChain(
  contents: ChainContents,
  authorities: AndroidAuthorities,
  revoke: Workshop['revoke'],
  steps: ChainSteps,
): readonly Uint8Array[] {
  const honest = changeTags(describe(contents), contents.tags);
  const description = steps.describe?.(honest, contents) ?? honest;
  const encoded = encodeDescription(description);
  const extension = { oid: KEY_DESCRIPTION, value: steps.encoded?.(encoded) ?? encoded };
  const upper = upperDrafts(contents, authorities);
  const attestKey =
    contents.attestKey || steps.describeAttestKey !== undefined
      ? [attestKeyDraft(contents, upper[0] as Draft, steps)]
      : [];
  const below = [...attestKey, ...upper];
  const sound = [leafDraft(contents.key, below[0] as Draft, [extension]), ...below];
  const workshop = { authorities, description, revoke };
  const drafts = steps.drafts?.(sound, workshop) ?? sound;
  const chain = drafts.map(signDraft);
  return steps.chain?.(chain, workshop) ?? chain;
}

/** A certificate that a KeyStore's key signs about another: the first serial number, and dates of no clock. */
export function leafDraft(
  { publicKey, signer }: Pick<AndroidKeyMaterial, 'publicKey' | 'signer'>,
  issuer: Draft,
  extensions: readonly Extension[],
): Draft {
  const fields = {
    serial: 1n,
    issuer: issuer.fields.subject,
    subject: named(['CN', 'Android Keystore Key']),
    notBefore: 0,
    notAfter: LEAF_NOT_AFTER,
    publicKey,
    extensions: [...extensions, keyUsage(0x80, 7)],
  };
  return { fields, own: signer, issuer: issuer.own };
}

function upperDrafts(contents: ChainContents, authorities: AndroidAuthorities): readonly Draft[] {
  const { provisioning, device, root, level, certificatesIssued, now } = contents;
  const strong = level === 2;
  return provisioning === 'factory'
    ? factoryChain(authorities, device, strong, now)
    : remoteChain(authorities, device, { root, strong, certificatesIssued, now });
}

/** A key for attesting alone, on P-256: PURPOSE_ATTEST_KEY. */
function attestKeyDraft(contents: ChainContents, attester: Draft, steps: ChainSteps): Draft {
  const key = makeAndroidKey({}, contents.version);
  const all = describe({ ...contents, key });
  const honest = { ...all, hardware: withTag(all.hardware, 1, integers(7)) };
  const description = steps.describeAttestKey?.(honest) ?? honest;
  const extension = { oid: KEY_DESCRIPTION, value: encodeDescription(description) };
  return leafDraft(key, attester, [extension]);
}
