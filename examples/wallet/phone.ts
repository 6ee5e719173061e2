import type { VirtualIPhone, VirtualKey } from 'attestkit/testing';

/** What a server answered. */
export interface Answered {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The app on a phone, as an iOS developer writes it: HTTP, and three calls of DCAppAttestService. */
export class Phone {
  readonly deviceId: string;
  readonly #server: string;
  readonly #iphone: VirtualIPhone;
  key: VirtualKey;
  session = '';
  refreshToken = '';

  constructor(server: string, iphone: VirtualIPhone, deviceId: string) {
    this.#server = server;
    this.#iphone = iphone;
    this.deviceId = deviceId;
    this.key = iphone.generateKey();
  }

  /** What happens to keys when an app is removed and installed again. */
  reinstall(): void {
    this.key = this.#iphone.generateKey();
  }

  async challenge(
    purpose: 'attest' | 'assert' | 'request' = 'attest',
    deviceId = this.deviceId,
  ): Promise<string> {
    const query = new URLSearchParams({ device_id: deviceId, purpose });
    const { body } = await this.send('GET', `/device/challenge?${query}`);
    return String(body['challenge']);
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
    return this.#keep(
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
    return this.#keep(
      await this.post('/device/assert', { challenge, device_id, key_id: this.key.keyId, assertion }),
    );
  }

  async refresh(refreshToken = this.refreshToken): Promise<Answered> {
    return this.#keep(await this.post('/device/refresh', { refresh_token: refreshToken }));
  }

  get(path: string, headers: Readonly<Record<string, string>> = this.bearer()): Promise<Answered> {
    return this.send('GET', path, headers);
  }

  post(
    path: string,
    body: object | string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answered> {
    const json = typeof body === 'string' ? body : JSON.stringify(body);
    return this.send('POST', path, { 'content-type': 'application/json', ...headers }, json);
  }

  bearer(): Readonly<Record<string, string>> {
    return { authorization: `Bearer ${this.session}` };
  }

  async send(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>> = {},
    body?: string,
  ): Promise<Answered> {
    const sent = body === undefined ? { method, headers } : { method, headers, body };
    const response = await fetch(`${this.#server}${path}`, sent);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  #keep(answered: Answered): Answered {
    const { session_token: session, refresh_token: refresh } = answered.body;
    if (typeof session === 'string') this.session = session;
    if (typeof refresh === 'string') this.refreshToken = refresh;
    return answered;
  }
}
