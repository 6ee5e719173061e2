import type {
  KeyAttestationSignatureDefect,
  RequestToSign,
  VirtualAndroid,
  VirtualAndroidKey,
} from 'attestkit-testing';
import { Client, type Answered } from './client.js';
import { AUDIENCE } from './scene.js';

/** The app on a phone, as an Android developer writes it: HTTP, and keys of the KeyStore. */
export class AndroidPhone extends Client {
  readonly #android: VirtualAndroid;
  key: VirtualAndroidKey | undefined;

  constructor(server: string, android: VirtualAndroid, deviceId: string) {
    super(server, deviceId);
    this.#android = android;
  }

  /** Makes a key over a fresh challenge, which its user has to unlock, and enrolls it. */
  async enroll(
    defect?: Parameters<VirtualAndroid['generateKey']>[1],
    meanwhile?: () => void,
  ): Promise<Answered> {
    const challenge = await this.challenge();
    this.key = this.#android.generateKey({ challenge, userAuthentication: true }, defect);
    meanwhile?.();
    const chain = this.key.certificateChain.map((each) => Buffer.from(each).toString('base64'));
    const body = { challenge, device_id: this.deviceId, certificate_chain: chain };
    return this.keep(await this.post('/device/attest', body));
  }

  /** The header values of a request that the key signs, over a challenge: Android keys do not count. */
  async sign(
    request: Pick<RequestToSign, 'target' | 'body' | 'challenge'>,
    defect?: KeyAttestationSignatureDefect,
  ): Promise<{ readonly authorization: string; readonly xAppAttest: string }> {
    const { challenge = await this.challenge('request') } = request;
    const asked = { audience: AUDIENCE, method: 'POST', ...request, challenge };
    return this.key?.signRequest(asked, defect) ?? { authorization: '', xAppAttest: '' };
  }

  /** Asks for a session with nothing but the key. */
  async assert(): Promise<Answered> {
    const challenge = await this.challenge('assert');
    const signed = this.key?.sign(['attestkit-session-v1', AUDIENCE, this.deviceId, challenge].join('\n'));
    const signature = Buffer.from(signed ?? []).toString('base64');
    const sent = { challenge, device_id: this.deviceId, key_id: this.key?.keyId, signature };
    return this.keep(await this.post('/device/assert', sent));
  }
}
