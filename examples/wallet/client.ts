/** What a server answered. */
export interface Answered {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Stands for the login of the wallet: a server of yours reads its own cookie or token. */
export const LOGIN = 'x-login';

/** What the login gives a user: a name, which the server of the demo believes. Behind a gateway it is a JWT. */
export const login = { of: (user: string): string => user };

/** What a challenge can be for. */
export type Purpose = 'attest' | 'assert' | 'request';

/** What the app does on every platform: HTTP, and keeping its session. */
export class Client {
  /** The label of this installation: not an identity, and made anew when it has to begin anew. */
  deviceId: string;
  /** The user who is logged in to the wallet; empty without one. */
  user = '';
  readonly #server: string;
  session = '';
  refreshToken = '';

  constructor(server: string, deviceId: string) {
    this.#server = server;
    this.deviceId = deviceId;
  }

  async challenge(purpose: Purpose = 'attest', deviceId = this.deviceId): Promise<string> {
    const query = new URLSearchParams({ device_id: deviceId, purpose });
    const { body } = await this.send('GET', `/device/challenge?${query}`);
    return String(body['challenge']);
  }

  async refresh(refreshToken = this.refreshToken): Promise<Answered> {
    return this.keep(await this.post('/device/refresh', { refresh_token: refreshToken }));
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
    const fields = this.user === '' ? headers : { ...headers, [LOGIN]: login.of(this.user) };
    const sent = body === undefined ? { method, headers: fields } : { method, headers: fields, body };
    const response = await fetch(`${this.#server}${path}`, sent);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  /** Keeps the tokens of an answer that has some. */
  keep(answered: Answered): Answered {
    const { session_token: session, refresh_token: refresh } = answered.body;
    if (typeof session === 'string') this.session = session;
    if (typeof refresh === 'string') this.refreshToken = refresh;
    return answered;
  }
}
