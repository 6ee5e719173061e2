import type { AndroidOptions, KeyAttestationChainDefect, VirtualAndroidKey } from 'attestkit-testing';
import { google, PACKAGE, SIGNER } from './authorities.js';
import { KeyDevice } from './device.js';
import type { Send } from '../wire/message.js';

/** A virtual Android device: Key Attestation, whose keys do not count. */
export class Android extends KeyDevice<VirtualAndroidKey, KeyAttestationChainDefect> {
  readonly proof = 'signature';
  readonly counts = false;
  readonly #makeKey: (challenge: string, defect?: KeyAttestationChainDefect) => VirtualAndroidKey;
  #key: VirtualAndroidKey | undefined;

  constructor(send: Send, id?: string, options: Partial<AndroidOptions> = {}) {
    super(send, id);
    const device = google.createAndroid({ packageName: PACKAGE, signingDigests: [SIGNER], ...options });
    this.#makeKey = (challenge, defect) => device.generateKey({ challenge }, defect);
  }

  /** Before the first attestation a key that no challenge is in. */
  get key(): VirtualAndroidKey {
    return (this.#key ??= this.#makeKey(''));
  }

  set key(key: VirtualAndroidKey) {
    this.#key = key;
  }

  renewKey(): void {
    this.#key = undefined;
  }

  reattestation(challenge: string, key: VirtualAndroidKey) {
    return this.replacement(challenge, key);
  }

  /** A key is attested once, when it is made: each attestation is of another one. */
  protected evidence(challenge: string, defect?: KeyAttestationChainDefect) {
    this.#key = this.#makeKey(challenge, defect);
    const chain = this.#key.certificateChain.map((each) => Buffer.from(each).toString('base64'));
    return { certificate_chain: chain };
  }

  protected sign(text: string, key: VirtualAndroidKey): Uint8Array {
    return key.sign(text);
  }
}
