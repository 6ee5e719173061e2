import type { ErrorCode } from 'attestkit/catalog';
import { ConfigurationError } from 'attestkit/errors';
import { ANDROID_CHAIN_DEFECTS } from './chain.js';
import { ANDROID_DESCRIPTION_DEFECTS } from './description.js';
import { ANDROID_EXTENSION_DEFECTS } from './extension.js';
import { ANDROID_POLICY_DEFECTS } from './policy.js';
import type { KeyAttestationDefectWith, KeyAttestationDemand } from './defect.js';
import type { ChainSteps } from '../make-chain.js';

/** The steps of a signature. */
export interface SignatureSteps {
  readonly stranger?: true;
  readonly signed?: (bytes: Buffer) => Uint8Array;
  readonly signature?: (signature: Buffer) => Uint8Array;
}

const INVALID = 'ERR_KEY_ATTESTATION_REQUEST_SIGNATURE_INVALID';

const SIGNATURE_DEFECTS = {
  'signature-of-stranger': { code: INVALID, says: 'another key signed', stranger: true },
  'signature-of-other-bytes': {
    code: INVALID,
    says: 'something else was signed',
    signed: (bytes) => Buffer.concat([bytes, Buffer.from(' ')]),
  },
  'signature-truncated': {
    code: INVALID,
    says: 'the last octet of the signature is cut off',
    signature: (signature) => signature.subarray(0, -1),
  },
  'signature-trailing-bytes': {
    code: INVALID,
    says: 'something follows the signature',
    signature: (signature) => Buffer.concat([signature, Buffer.of(0)]),
  },
  'signature-too-long': {
    code: 'ERR_KEY_ATTESTATION_SIGNATURE_ENCODING_MALFORMED',
    says: 'a signature of 2 KiB',
    signature: () => Buffer.alloc(2048, 1),
  },
} as const satisfies Readonly<Record<string, KeyAttestationDefectWith<SignatureSteps>>>;

const DEFECTS = {
  chain: {
    ...ANDROID_CHAIN_DEFECTS,
    ...ANDROID_EXTENSION_DEFECTS,
    ...ANDROID_DESCRIPTION_DEFECTS,
    ...ANDROID_POLICY_DEFECTS,
  },
  signature: SIGNATURE_DEFECTS,
} as const;

/** The name of a defect of a certificate chain: `forged-keybox`, `extended-with-fake-attestation`, … */
export type KeyAttestationChainDefect = keyof (typeof DEFECTS)['chain'];

/** The name of a defect of a signature. */
export type KeyAttestationSignatureDefect = keyof (typeof DEFECTS)['signature'];

export type KeyAttestationDefect = KeyAttestationChainDefect | KeyAttestationSignatureDefect;

/** A defect, and what has to come of it. */
export interface KeyAttestationDefectFacts {
  readonly target: 'chain' | 'signature';
  /** What is wrong, for people. */
  readonly says: string;
  /** The code that the verifier has to refuse it with. */
  readonly code: ErrorCode;
  /** The expectation without which it is accepted: the chain is genuine, and only not what somebody wants. */
  readonly needs: KeyAttestationDemand | undefined;
  /** The chains that it can be made of; undefined: of either kind. */
  readonly provisioning: 'rkp' | undefined;
}

/** Every defect that the virtual Android device can make. */
export const KEY_ATTESTATION_DEFECTS = Object.freeze(
  Object.fromEntries([...factsOf('chain'), ...factsOf('signature')]),
) as Readonly<Record<KeyAttestationDefect, KeyAttestationDefectFacts>>;

function factsOf(target: 'chain' | 'signature'): [string, KeyAttestationDefectFacts][] {
  const defects: Readonly<Record<string, KeyAttestationDefectWith<object>>> = DEFECTS[target];
  return Object.entries(defects).map(([name, { code, says, needs, provisioning }]) => [
    name,
    Object.freeze({ target, code, says, needs, provisioning }),
  ]);
}

/**
 * The steps that a defect changes.
 *
 * @throws ConfigurationError if there is no such defect, or it cannot be made of such a chain
 */
export function chainSteps(name: string | undefined, provisioning: 'factory' | 'rkp'): ChainSteps {
  const defect = named<KeyAttestationDefectWith<ChainSteps>>(DEFECTS.chain, name);
  if (defect.provisioning === undefined || defect.provisioning === provisioning) return defect;
  const remedy = `Make a device with provisioning: '${defect.provisioning}'.`;
  throw new ConfigurationError('defect', 'cannot be made of such a chain', remedy);
}

export function signatureSteps(name: string | undefined): SignatureSteps {
  return named(DEFECTS.signature, name);
}

function named<Steps extends object>(
  defects: Readonly<Record<string, Steps>>,
  name: string | undefined,
): Partial<Steps> {
  if (name === undefined) return {};
  const defect = Object.hasOwn(defects, name) ? defects[name] : undefined;
  if (defect !== undefined) return defect;
  throw new ConfigurationError('defect', 'is not known', `Give one of ${Object.keys(defects).join(', ')}.`);
}
