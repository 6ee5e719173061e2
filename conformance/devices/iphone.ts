import type { VirtualApple, VirtualKey } from 'attestkit-testing';
import { APP_ID } from './authorities.js';
import { KeyDevice } from './device.js';
import type { Send } from '../wire/message.js';

/** A virtual iPhone: App Attest, whose keys count. */
export class IPhone extends KeyDevice<VirtualKey> {
  readonly proof = 'assertion';
  readonly counts = true;
  readonly #makeKey: () => VirtualKey;
  key: VirtualKey;

  constructor(apple: VirtualApple, send: Send, id?: string, appId = APP_ID) {
    super(send, id);
    const phone = apple.createIPhone({ appId });
    this.#makeKey = () => phone.generateKey();
    this.key = this.#makeKey();
  }

  renewKey(): void {
    this.key = this.#makeKey();
  }

  /** The same key can be attested again. */
  reattestation(challenge: string, key: VirtualKey) {
    this.key = key;
    return this.attestation(challenge);
  }

  protected evidence(challenge: string) {
    const { key } = this;
    return { key_id: key.keyId, attestation: Buffer.from(key.attest({ challenge })).toString('base64') };
  }

  protected sign(clientData: string, key: VirtualKey): Uint8Array {
    return key.assert({ clientData });
  }
}
