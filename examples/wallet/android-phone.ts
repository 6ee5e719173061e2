import type { VirtualAndroid, VirtualAndroidKey } from 'attestkit/testing';
import { Client, type Answered } from './client.js';

/** The app on a phone, as an Android developer writes it: HTTP, and keys of the KeyStore. */
export class AndroidPhone extends Client {
  readonly #android: VirtualAndroid;
  key: VirtualAndroidKey | undefined;

  constructor(server: string, android: VirtualAndroid, deviceId: string) {
    super(server, deviceId);
    this.#android = android;
  }

  /** Makes a key over a fresh challenge, and enrols it. */
  async enrol(defect?: Parameters<VirtualAndroid['generateKey']>[1]): Promise<Answered> {
    const challenge = await this.challenge();
    this.key = this.#android.generateKey({ challenge }, defect);
    const chain = this.key.certificateChain.map((each) => Buffer.from(each).toString('base64'));
    const body = { challenge, device_id: this.deviceId, certificate_chain: chain };
    return this.keep(await this.post('/device/attest', body));
  }
}
