import type { VirtualIPhone, VirtualKey } from 'attestkit/testing';
import { Client, type Answered } from './client.js';

/** The app on a phone, as an iOS developer writes it: HTTP, and three calls of DCAppAttestService. */
export class Phone extends Client {
  readonly #iphone: VirtualIPhone;
  key: VirtualKey;

  constructor(server: string, iphone: VirtualIPhone, deviceId: string) {
    super(server, deviceId);
    this.#iphone = iphone;
    this.key = iphone.generateKey();
  }

  /** What happens to keys when an app is removed and installed again. */
  reinstall(): void {
    this.key = this.#iphone.generateKey();
  }

  /** Has the key attested over a fresh challenge, and enrols. */
  async enrol(extra: Readonly<Record<string, string>> = {}): Promise<Answered> {
    const challenge = await this.challenge();
    return this.attest(challenge, this.key.attest({ challenge }), extra);
  }

  async attest(
    challenge: string,
    attestation: Uint8Array,
    extra: Readonly<Record<string, string>> = {},
  ): Promise<Answered> {
    const sent = Buffer.from(attestation).toString('base64');
    return this.keep(
      await this.post('/device/attest', {
        challenge,
        device_id: this.deviceId,
        key_id: this.key.keyId,
        attestation: sent,
        ...extra,
      }),
    );
  }

  /** Asks for a session with nothing but the key. */
  async assert(audience: string): Promise<Answered> {
    const challenge = await this.challenge('assert');
    const clientData = ['attestkit-session-v1', audience, this.deviceId, challenge].join('\n');
    const assertion = Buffer.from(this.key.assert({ clientData })).toString('base64');
    const { deviceId: device_id } = this;
    return this.keep(
      await this.post('/device/assert', { challenge, device_id, key_id: this.key.keyId, assertion }),
    );
  }
}
