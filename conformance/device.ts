import type { VirtualApple, VirtualKey } from 'attestkit/testing';
import { APP_ID, AUDIENCE, PREFIX } from './backend.js';
import type { FieldLine, Send, WireRequest, WireResponse } from './wire/message.js';

/** What an endpoint answers to a device that it lets in. */
export interface Issued {
  readonly session_token: string;
  readonly refresh_token: string;
  readonly expires_in: number;
  readonly refresh_expires_in: number;
}

/** The header fields of every answer of an endpoint. */
export const FIELDS = { 'content-type': 'application/json', 'cache-control': 'no-store' };

const JSON_TYPE: FieldLine = ['Content-Type', 'application/json'];

/** A POST to an endpoint: the body as JSON, or as it is. */
export function post(
  endpoint: string,
  body: object | string | Uint8Array,
  ...headers: FieldLine[]
): WireRequest {
  const bytes =
    body instanceof Uint8Array ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const given = headers.some(([name]) => name === JSON_TYPE[0]);
  return {
    method: 'POST',
    target: `${PREFIX}/${endpoint}`,
    headers: given ? headers : [JSON_TYPE, ...headers],
    body: bytes,
  };
}

export function bearer({ session_token }: Pick<Issued, 'session_token'>): FieldLine {
  return ['Authorization', `Bearer ${session_token}`];
}

/** A virtual iPhone with the app, that talks to a server. */
export class Device {
  readonly id: string;
  readonly #send: Send;
  readonly #makeKey: () => VirtualKey;
  key: VirtualKey;

  constructor(apple: VirtualApple, send: Send, id = 'device-1', appId = APP_ID) {
    const phone = apple.createIPhone({ appId });
    this.id = id;
    this.#send = send;
    this.#makeKey = () => phone.generateKey();
    this.key = this.#makeKey();
  }

  /** Takes another key, as after the app was installed again. */
  renewKey(): void {
    this.key = this.#makeKey();
  }

  async challenge(purpose?: 'attest' | 'assert' | 'request'): Promise<string> {
    const query = purpose === undefined ? '' : `&purpose=${purpose}`;
    const { challenge } = parsed<{ challenge: string }>(
      await this.#send({ target: `${PREFIX}/challenge?device_id=${this.id}${query}` }),
    );
    return challenge;
  }

  /** The body for `attest`; the evidence is over `signed`, by default the challenge itself. */
  attestation(
    challenge: string,
    signed = challenge,
    ...defect: Parameters<VirtualKey['attest']> extends [unknown, ...infer Rest] ? Rest : never
  ) {
    const { key, id } = this;
    const attestation = Buffer.from(key.attest({ challenge: signed }, ...defect)).toString('base64');
    return { challenge, device_id: id, key_id: key.keyId, attestation };
  }

  /** The body for `assert`. */
  assertion(challenge: string, audience = AUDIENCE) {
    const clientData = `attestkit-session-v1\n${audience}\n${this.id}\n${challenge}`;
    const assertion = Buffer.from(this.key.assert({ clientData })).toString('base64');
    return { challenge, device_id: this.id, key_id: this.key.keyId, assertion };
  }

  async enrol(): Promise<Issued> {
    return parsed<Issued>(await this.#send(post('attest', this.attestation(await this.challenge()))));
  }
}

/** The body of an answer that has to be 200. */
export function parsed<T = unknown>({ status, body }: WireResponse): T {
  if (status !== 200) throw new Error(`the answer is ${status} ${body}`);
  return JSON.parse(body) as T;
}
