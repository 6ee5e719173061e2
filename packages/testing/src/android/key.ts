import { hash } from 'node:crypto';
import { ConfigurationError } from 'attestkit/errors';
import { assertOptions } from '../options.js';
import { makeAndroidKey, type AndroidKeyChoice } from './key-types.js';
import { readTags, type AndroidTags } from './tags.js';
import {
  chainSteps,
  signatureSteps,
  type KeyAttestationChainDefect,
  type KeyAttestationSignatureDefect,
} from './defects/key-attestation-defects.js';
import type { AndroidAuthorities } from './authorities.js';
import { makeAndroidChain, type ChainContents, type Workshop } from './make-chain.js';
import type { RequestToSign } from '../apple/iphone-key.js';

/** What a device needs of its Google. */
export interface GoogleOfAndroid {
  readonly authorities: AndroidAuthorities;
  readonly revoke: Workshop['revoke'];
}

/** A key to be made. */
export interface AndroidKeyOptions extends AndroidKeyChoice {
  /** What `setAttestationChallenge` gets; text is taken as UTF-8. */
  readonly challenge: string | Uint8Array;
  /** Whether its user has to be authenticated to use it, as the hardware sees to it. Default false. */
  readonly userAuthentication?: boolean;
  /** Whether a key of the app attests it (`setAttestKeyAlias`) instead of the device's own. Default false. */
  readonly attestKey?: boolean;
  /**
   * What the key's authorization lists have beside, or instead of, what they would have: identifiers of the device, limits
   * of use. Signatures stay those of `keyType`, `digest` and `padding`.
   */
  readonly tags?: AndroidTags;
}

/** An Android request's header values, of which it takes one; both carry the same signature. */
export interface SignedAndroidRequest {
  /** The value of `Authorization`. */
  readonly authorization: string;
  /** The value of `X-App-Attest`, beside a session. */
  readonly xAppAttest: string;
  /** The bytes that were signed over. */
  readonly signed: Uint8Array;
}

/** A key in the KeyStore of a virtual device. */
export interface VirtualAndroidKey {
  /** SHA-256 of the SubjectPublicKeyInfo, base64url. */
  readonly keyId: string;
  /** SubjectPublicKeyInfo in DER. */
  readonly publicKey: Uint8Array;
  /** DER, the leaf first. */
  readonly certificateChain: readonly Uint8Array[];
  /**
   * Signs as `java.security.Signature` does, by what the key may sign with: `SHA256withECDSA`, in DER, `SHA256withRSA`,
   * `SHA256withRSA/PSS`, `Ed25519`.
   *
   * @param bytes text is taken as UTF-8
   * @throws ConfigurationError with a key of ML-DSA
   */
  sign(bytes: string | Uint8Array, defect?: KeyAttestationSignatureDefect): Uint8Array;
  /**
   * Signs an HTTP request as the server expects it, and writes the header values. Servers demand a challenge of such
   * keys.
   */
  signRequest(request: RequestToSign, defect?: KeyAttestationSignatureDefect): SignedAndroidRequest;
}

/** What the device knows of a key before it is made. */
export type DeviceContents = Omit<
  ChainContents,
  'challenge' | 'key' | 'tags' | 'userAuthentication' | 'attestKey'
>;

const OPTIONS = {
  challenge: 'any',
  keyType: 'string',
  digest: 'string',
  padding: 'string',
  tags: 'object',
  userAuthentication: 'boolean',
  attestKey: 'boolean',
} as const;

export function createAndroidKey(
  device: DeviceContents,
  options: AndroidKeyOptions,
  { authorities, revoke }: GoogleOfAndroid,
  defect: KeyAttestationChainDefect | undefined,
): VirtualAndroidKey {
  assertOptions(options, OPTIONS, 'generateKey');
  const { challenge, userAuthentication = false, attestKey = false, tags = {} } = options;
  if (challenge === undefined)
    throw new ConfigurationError('challenge', 'is not set', 'Give what the server sent.');
  const wanted = {
    challenge: Buffer.from(challenge as string),
    tags: readTags(tags),
    userAuthentication,
    attestKey,
  };
  const key = makeAndroidKey(options, device.version);
  const contents = { ...device, ...wanted, key };
  const certificateChain = makeAndroidChain(
    contents,
    authorities,
    revoke,
    chainSteps(defect, device.provisioning),
  );
  const isP256 = (options.keyType ?? 'p256') === 'p256';
  // The point of P-256 is where its SubjectPublicKeyInfo ends.
  const keyId = hash('sha256', isP256 ? key.publicKey.subarray(-65) : key.publicKey, 'base64url');

  function signBytes(bytes: string | Uint8Array, fault?: KeyAttestationSignatureDefect): Uint8Array {
    const { stranger = false, signed, signature } = signatureSteps(fault);
    const message = Buffer.from(bytes as string);
    const made = key.sign(signed?.(message) ?? message, stranger);
    return signature?.(made) ?? made;
  }

  function signRequest(request: RequestToSign, fault?: KeyAttestationSignatureDefect): SignedAndroidRequest {
    const { audience, method, target, body = '', challenge: asked } = request;
    const digest = hash('sha256', Buffer.from(body as string), 'base64url');
    const lines = ['attestkit-request-v1', audience, method, target, digest, asked ?? ''];
    const signed = Buffer.from(lines.join('\n'));
    const parameters = [
      ['key_id', keyId],
      ['signature', Buffer.from(signBytes(signed, fault)).toString('base64url')],
      ...(asked === undefined ? [] : [['challenge', asked] as const]),
    ] as const;
    return {
      authorization: `Attest v=1, ${parameters.map(([name, value]) => `${name}="${value}"`).join(', ')}`,
      xAppAttest: `v=1; ${parameters.map(([name, value]) => `${name}=${value}`).join('; ')}`,
      signed,
    };
  }

  return Object.freeze({
    keyId,
    publicKey: new Uint8Array(key.publicKey),
    certificateChain,
    sign: signBytes,
    signRequest,
  });
}
