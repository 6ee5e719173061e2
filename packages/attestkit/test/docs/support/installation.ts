import { refreshBytes, sessionBytes } from '../../../src/sessions/index.js';
import { APP_ID, AUDIENCE, jsonOf, newLabel, type Sent, type Served, type Told } from './served.js';

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** One installation of the app on a virtual iPhone, which sends what the pages tell it to. */
export class Installation {
  readonly served: Served;
  readonly label = newLabel();
  key;
  session = '';
  refreshToken = '';

  constructor(served: Served) {
    this.served = served;
    this.key = served.apple.createIPhone({ appId: APP_ID }).generateKey();
  }

  static async enrolled(served: Served, user?: string): Promise<Installation> {
    const phone = new Installation(served);
    const told = await phone.attest(user === undefined ? {} : { headers: { 'x-user': user } });
    if (told.status !== 200) throw new Error(`attest answered ${told.status} ${told.code}`);
    return phone;
  }

  async challenge(purpose: 'attest' | 'assert' | 'request'): Promise<string> {
    const path = `/device/challenge?device_id=${this.label}&purpose=${purpose}`;
    return jsonOf(await this.served.send('GET', path))['challenge'] ?? '';
  }

  /** The body of `attest`, for a challenge. */
  bodyFor(challenge: string, defect?: 'other-challenge'): Record<string, unknown> {
    const attestation = base64(this.key.attest({ challenge }, defect));
    return { challenge, device_id: this.label, key_id: this.key.keyId, attestation };
  }

  async attest(sent: Sent & { defect?: 'other-challenge' } = {}): Promise<Told> {
    const { defect, ...rest } = sent;
    const body = this.bodyFor(await this.challenge('attest'), defect);
    return this.#keep(await this.served.send('POST', '/device/attest', { body, ...rest }));
  }

  async assertBody(defect?: 'wrong-signature'): Promise<Record<string, unknown>> {
    const challenge = await this.challenge('assert');
    const lines = { audience: defect ? 'https://other.example' : AUDIENCE, deviceId: this.label, challenge };
    const assertion = base64(this.key.assert({ clientData: sessionBytes(lines) }));
    return { challenge, device_id: this.label, key_id: this.key.keyId, assertion };
  }

  async assert(sent: Sent = {}): Promise<Told> {
    const body = await this.assertBody();
    return this.#keep(await this.served.send('POST', '/device/assert', { body, ...sent }));
  }

  async refresh(sent: Sent = {}): Promise<Told> {
    const body = { refresh_token: this.refreshToken };
    return this.#keep(await this.served.send('POST', '/device/refresh', { body, ...sent }));
  }

  /** The member with which a refresh proves the key. */
  proofOf(refreshToken: string): string {
    const lines = refreshBytes({ audience: AUDIENCE, deviceId: this.label, refreshToken });
    return base64(this.key.assert({ clientData: lines }));
  }

  /** The header fields of a signed request without a body. */
  signed(method: string, target: string, challenge?: string): Record<string, string> {
    const request = { audience: AUDIENCE, method, target, ...(challenge !== undefined && { challenge }) };
    return {
      authorization: `Bearer ${this.session}`,
      'x-app-attest': this.key.signRequest(request).xAppAttest,
    };
  }

  recordId(): Promise<string> {
    return this.served.guard.devices.find({ deviceId: this.label }).then((found) => found?.recordId ?? '');
  }

  #keep(told: Told): Told {
    if (told.status !== 200) return told;
    const { session_token: session = '', refresh_token: refreshToken = '' } = jsonOf(told);
    this.session = session;
    this.refreshToken = refreshToken;
    return told;
  }
}
