import type { VirtualIPhone, VirtualKey } from 'attestkit-testing';
import { Client, type Answered } from './client.js';

/** Members of a body, or header fields, beside the usual ones. */
type Extra = Readonly<Record<string, string>>;

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

  /** What an app does that is told with 409 that it cannot go on: label, key and tokens are made anew. */
  beginAnew(deviceId: string): void {
    this.deviceId = deviceId;
    this.session = '';
    this.refreshToken = '';
    this.reinstall();
  }

  /** Has the key attested over a fresh challenge, and enrolls. */
  async enroll(extra: Extra = {}, headers: Extra = {}): Promise<Answered> {
    const challenge = await this.challenge();
    return this.attest(challenge, this.key.attest({ challenge }), extra, headers);
  }

  async attest(
    challenge: string,
    attestation: Uint8Array,
    extra: Extra = {},
    headers: Extra = {},
  ): Promise<Answered> {
    const sent = {
      challenge,
      device_id: this.deviceId,
      key_id: this.key.keyId,
      attestation: Buffer.from(attestation).toString('base64'),
      ...extra,
    };
    return this.keep(await this.post('/device/attest', sent, headers));
  }

  /** Enrolls a new key, for which the last one signs: that is how the server knows that it is the same phone. */
  async replaceKey(audience: string, previous = this.key): Promise<Answered> {
    this.reinstall();
    const challenge = await this.challenge();
    const keyId = Buffer.from(this.key.keyId, 'base64').toString('base64url');
    const clientData = ['attestkit-replace-v1', audience, this.deviceId, challenge, keyId].join('\n');
    const proof = Buffer.from(previous.assert({ clientData })).toString('base64');
    const attestation = this.key.attest({ challenge });
    return this.attest(challenge, attestation, {
      previous_key_id: previous.keyId,
      previous_assertion: proof,
    });
  }

  /** Asks for a session with nothing but the key. */
  async assert(audience: string, key = this.key): Promise<Answered> {
    const challenge = await this.challenge('assert');
    const clientData = ['attestkit-session-v1', audience, this.deviceId, challenge].join('\n');
    const assertion = Buffer.from(key.assert({ clientData })).toString('base64');
    const sent = { challenge, device_id: this.deviceId, key_id: key.keyId, assertion };
    return this.keep(await this.post('/device/assert', sent));
  }
}
