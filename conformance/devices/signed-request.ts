import { AUDIENCE, type Backend } from '../servers/backend.js';
import type { DeviceKind } from './device-kinds.js';
import { bearer, type Issued, type KeyDevice } from './device.js';
import type { FieldLine, Send, WireRequest } from '../wire/message.js';

export const BINARY = Buffer.from(Array.from({ length: 1024 }, (_, at) => (at * 7) % 256));
export const JSON_BYTES = Buffer.from('{ "b":1.0,\n"a":"\\u00e9" }');
export const JSON_TYPE: FieldLine = ['Content-Type', 'application/json'];
export const BYTES_TYPE: FieldLine = ['Content-Type', 'application/octet-stream'];

/** What is signed, where it is not what is sent. */
export interface Signing {
  readonly audience?: string;
  readonly method?: string;
  readonly target?: string;
  readonly body?: Uint8Array;
  /** Default: one from the server where the key does not count; `undefined` leaves it out. */
  readonly challenge?: string | undefined;
}

/** A signed request of a device: beside its session, or with its key alone. */
export async function signed(
  device: KeyDevice,
  issued: Issued | undefined,
  request: WireRequest,
  signing: Signing = {},
): Promise<WireRequest> {
  const { method = 'GET', target, headers = [], body } = request;
  const bytes = body instanceof Uint8Array ? body : Buffer.concat(body ?? []);
  const { challenge: given, ...others } = signing;
  const isLeftToUs = !('challenge' in signing) && !device.counts;
  const challenge = isLeftToUs ? await device.challenge('request') : given;
  const { authorization, xAppAttest } = device.key.signRequest({
    audience: AUDIENCE,
    method,
    target,
    body: bytes,
    ...others,
    ...(challenge !== undefined && { challenge }),
  });
  const own: readonly FieldLine[] =
    issued === undefined
      ? [['Authorization', authorization]]
      : [bearer(issued), ['X-App-Attest', xAppAttest]];
  return { ...request, headers: [...headers, ...own] };
}

export const get = (target: string): WireRequest => ({ target });
export const post = (
  body?: Uint8Array | readonly Uint8Array[],
  type = JSON_TYPE,
  target = '/signed',
): WireRequest => ({
  method: 'POST',
  target,
  headers: body === undefined ? [] : [type],
  ...(body && { body }),
});

/** Changes the value of the field in which a request carries what was signed. */
export function withProof(request: WireRequest, change: (value: string) => string): WireRequest {
  const { headers = [] } = request;
  return {
    ...request,
    headers: headers.map(([name, value]) => [name, name === 'X-App-Attest' ? change(value) : value]),
  };
}

/** Two devices that have enrolled, and their server. */
export interface SignedScene {
  readonly kind: DeviceKind;
  readonly server: Backend;
  readonly send: Send;
  readonly device: KeyDevice;
  readonly issued: Issued;
  readonly other: KeyDevice;
}

export async function sceneOf(kind: DeviceKind, server: Backend, send: Send): Promise<SignedScene> {
  const device = kind.create(server, send);
  const other = kind.create(server, send, 'device-2');
  const issued = await device.enroll();
  await other.enroll();
  return { kind, server, send, device, other, issued };
}
