import { AUDIENCE, PREFIX } from '../servers/backend.js';
import type { FieldLine, Send, WireRequest, WireResponse } from '../wire/message.js';

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

/** Another character in the middle. */
export function changedText(text: string): string {
  const at = Math.floor(text.length / 2);
  return `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
}

/** The body of an answer that has to be 200. */
export function parsed<T = unknown>({ status, body }: WireResponse): T {
  if (status !== 200) throw new Error(`the answer is ${status} ${body}`);
  return JSON.parse(body) as T;
}

/** A virtual device with the app, that talks to a server. */
export abstract class Device<Defect extends string = never> {
  readonly id: string;
  readonly #send: Send;

  constructor(send: Send, id = 'device-1') {
    this.id = id;
    this.#send = send;
  }

  /** The members of a body that are the evidence, over this challenge. */
  protected abstract evidence(challenge: string, defect?: Defect): object;

  async challenge(purpose?: 'attest' | 'assert' | 'request'): Promise<string> {
    const query = purpose === undefined ? '' : `&purpose=${purpose}`;
    const { challenge } = parsed<{ challenge: string }>(
      await this.#send({ target: `${PREFIX}/challenge?device_id=${this.id}${query}` }),
    );
    return challenge;
  }

  /** The body for `attest`; the evidence is over `signed`, by default the challenge itself. */
  attestation(challenge: string, signed = challenge, defect?: Defect) {
    return { challenge, device_id: this.id, ...this.evidence(signed, defect) };
  }

  async enroll(): Promise<Issued> {
    return parsed<Issued>(await this.#send(post('attest', this.attestation(await this.challenge()))));
  }
}

/** The id of a device's key as the server keeps it: base64url. */
export function storedKeyId({ key }: { readonly key: DeviceKey }): string {
  return Buffer.from(key.keyId, 'base64').toString('base64url');
}

/** A key in the hardware of a device. */
export interface DeviceKey {
  /** 32 bytes in base64 or base64url, as the platform writes it. */
  readonly keyId: string;
  signRequest(request: {
    readonly audience: string;
    readonly method: string;
    readonly target: string;
    readonly body?: Uint8Array;
    readonly challenge?: string;
  }): { readonly authorization: string; readonly xAppAttest: string };
}

/** A device that enrolls a key, and signs with it. */
export abstract class KeyDevice<
  Key extends DeviceKey = DeviceKey,
  Defect extends string = never,
> extends Device<Defect> {
  /** What the server calls that which the key makes. */
  abstract readonly proof: 'assertion' | 'signature';
  /** Whether the key counts what it signs; else each signed request is over a challenge. */
  abstract readonly counts: boolean;
  abstract key: Key;

  /** Takes another key, as after the app was installed again. */
  abstract renewKey(): void;
  /** The body for `attest` of a device that is enrolled with this key, as its platform makes it again. */
  abstract reattestation(challenge: string, key: Key): object;
  protected abstract sign(text: string, key: Key): Uint8Array;

  /** The body for `assert`. */
  assertion(challenge: string, audience = AUDIENCE) {
    const { key, id, proof } = this;
    const made = this.sign(`attestkit-session-v1\n${audience}\n${id}\n${challenge}`, key);
    return {
      challenge,
      device_id: id,
      key_id: key.keyId,
      [proof]: Buffer.from(made).toString('base64'),
    };
  }

  /** The body for `refresh` where the server asks for a proof by the key. */
  refreshment(refreshToken: string, audience = AUDIENCE) {
    const lines = ['attestkit-refresh-v1', audience, this.id, refreshToken];
    const made = Buffer.from(this.sign(lines.join('\n'), this.key)).toString('base64');
    return { refresh_token: refreshToken, [this.proof]: made };
  }

  /** The body for `attest` with a new key, and a proof by the last one for it. */
  replacement(challenge: string, previous: Key = this.key, audience = AUDIENCE) {
    this.renewKey();
    const body = this.attestation(challenge);
    const lines = ['attestkit-replace-v1', audience, this.id, challenge, storedKeyId(this)];
    const made = Buffer.from(this.sign(lines.join('\n'), previous)).toString('base64');
    return { ...body, previous_key_id: previous.keyId, [`previous_${this.proof}`]: made };
  }
}
