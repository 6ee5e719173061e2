import { named, newAndroidKeys, provisioningInfo, type Draft } from '../authorities.js';
import { certificate } from './chain-steps.js';
import { encodeDescription } from '../description.js';
import { basicConstraints, type CertificateFields, type Extension } from '../../encode/certificate.js';
import { octets } from '../../encode/der.js';
import type { KeyAttestationDefectWith } from './defect.js';
import { KEY_DESCRIPTION, leafDraft, type ChainSteps, type Workshop } from '../make-chain.js';

/** Puts a leaf in front that the attested key has signed: a genuine key, used as an authority. */
function forgedLeaf(
  ...extensions: readonly ((workshop: Workshop) => CertificateFields['extensions'][number])[]
): ChainSteps {
  return {
    drafts: (drafts, workshop) => [
      leafDraft(
        newAndroidKeys('P-256'),
        drafts[0] as Draft,
        extensions.map((make) => make(workshop)),
      ),
      ...drafts,
    ],
  };
}

const attestation = ({ description }: Workshop) => ({
  oid: KEY_DESCRIPTION,
  value: encodeDescription(description),
});

/** The place of a key description in the attestation of a protected virtual machine (Android, "VM remote attestation"). */
const MACHINE = { oid: '1.3.6.1.4.1.11129.2.1.29.1', value: octets('') };

/** Puts a certificate for a key of the attacker's below another, as if it were an authority. */
function posing(issuer: Draft, ...extensions: readonly Extension[]): Draft {
  const posed = leafDraft(newAndroidKeys('P-256'), issuer, extensions);
  return { ...posed, fields: { ...posed.fields, subject: named(['CN', 'posing'], ['O', 'TEE']) } };
}

function issuedBy(leaf: Draft, issuer: Draft): Draft {
  return { ...leaf, fields: { ...leaf.fields, issuer: issuer.fields.subject }, issuer: issuer.own };
}

/** Chains in which a key that is not an authority issued a certificate, and extensions out of place. */
export const ANDROID_EXTENSION_DEFECTS = {
  'extended-for-key': {
    code: 'ERR_KEY_ATTESTATION_LEAF_EXTENSION_MISSING',
    says: 'the attested key signed a certificate for a key of the attacker’s',
    ...forgedLeaf(),
  },
  'extended-with-fake-attestation': {
    code: 'ERR_KEY_ATTESTATION_EXTENSION_REPEATED',
    says: 'the attested key signed an attestation for a key of the attacker’s',
    ...forgedLeaf(attestation),
  },
  'extended-twice': {
    code: 'ERR_KEY_ATTESTATION_EXTENSION_REPEATED',
    says: 'a forged attestation, and a certificate without one between it and the genuine',
    drafts: (drafts, workshop) => {
      const between = leafDraft(newAndroidKeys('P-256'), drafts[0] as Draft, []);
      return [leafDraft(newAndroidKeys('P-256'), between, [attestation(workshop)]), between, ...drafts];
    },
  },
  'attestation-in-attester': {
    code: 'ERR_KEY_ATTESTATION_EXTENSION_REPEATED',
    says: 'the attestation certificate has the attestation extension too',
    drafts: (drafts, workshop) =>
      drafts.map((each, index) =>
        index === 1
          ? {
              ...each,
              fields: { ...each.fields, extensions: [...each.fields.extensions, attestation(workshop)] },
            }
          : each,
      ),
  },
  'attest-key': {
    code: 'ERR_KEY_ATTESTATION_EXTENSION_REPEATED',
    says: 'an attestation key of the app attests the leaf, which is not allowed unless configured',
    describeAttestKey: (description) => description,
  },
  'provisioning-info-in-leaf': {
    code: 'ERR_KEY_ATTESTATION_PROVISIONING_POSITION_INVALID',
    says: 'the leaf has provisioning info',
    ...certificate(0, ({ extensions }) => ({ extensions: [...extensions, provisioningInfo(1)] })),
  },
  'provisioning-info-above': {
    code: 'ERR_KEY_ATTESTATION_PROVISIONING_POSITION_INVALID',
    says: 'the certificate above the attestation certificate has provisioning info',
    ...certificate(2, ({ extensions }) => ({ extensions: [...extensions, provisioningInfo(1)] })),
  },
  'issuer-inserted': {
    code: 'ERR_KEY_ATTESTATION_CHAIN_SHAPE_INVALID',
    says: 'an attestation key that leaked vouches for an authority of the attacker’s, which issued the leaf',
    drafts: ([leaf, attester, ...rest]) => {
      const above = attester as Draft;
      const inserted = posing(above);
      return [issuedBy(leaf as Draft, inserted), inserted, above, ...rest];
    },
  },
  'virtual-machine': {
    code: 'ERR_KEY_ATTESTATION_CHAIN_SHAPE_INVALID',
    says: 'the key of a protected virtual machine, which Google’s servers vouch for too, issued the leaf',
    provisioning: 'rkp',
    drafts: ([leaf, attester, ...rest]) => {
      const above = attester as Draft;
      const fields = {
        ...above.fields,
        subject: named(['CN', 'machine'], ['O', 'AVF']),
        extensions: [basicConstraints(true)],
      };
      const avf = { ...above, fields, certificate: undefined };
      const machine = posing(avf, MACHINE);
      return [issuedBy(leaf as Draft, machine), machine, avf, ...rest];
    },
  },
} as const satisfies Readonly<Record<string, KeyAttestationDefectWith<ChainSteps>>>;
