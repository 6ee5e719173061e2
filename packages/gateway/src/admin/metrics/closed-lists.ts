import type { DeviceEvent, SessionEvent, StoreEvent } from 'attestkit';
import { CATALOG } from 'attestkit/catalog';
import { CLIENT_GONE, UPSTREAM_BUSY } from '../../events.js';

/** What a label has for a value that is on no list. */
const OTHER = 'other';
/** What a label has if there is nothing to say. */
export const NONE = 'none';

const CODES: ReadonlySet<string> = new Set(
  Object.values(CATALOG).flatMap(({ checks }) => checks.map(({ code }) => code as string)),
);

export function codeLabel(code: string | undefined): string {
  if (code === undefined) return NONE;
  return CODES.has(code) ? code : OTHER;
}

/** Those of the gateway's own answers. */
export const STATUSES: readonly number[] = [
  400, 404, 405, 413, 414, 417, 421, 429, 431, 500, 501, 502, 503, 504,
];

export function statusLabel(status: number): string {
  return STATUSES.includes(status) ? String(status) : OTHER;
}

/** By the first digit. */
export function answerLabel(status: number | undefined): string {
  const found = /^[1-5](?=\d\d$)/.exec(String(status));
  return found === null ? NONE : `${found[0]}xx`;
}

/** Why an exchange with an upstream failed, in words for an operator, and the codes of Node and undici that mean it. */
const CAUSES = {
  /** No process listens there. */
  refused: /^ECONNREFUSED$/,
  /** It closed the connection. */
  reset: /^(?:ECONNRESET|EPIPE|UND_ERR_SOCKET|UND_ERR_DESTROYED|UND_ERR_CLOSED)$/,
  timeout: /^(?:ETIMEDOUT|UND_ERR_(?:HEADERS|BODY|CONNECT)_TIMEOUT)$/,
  /** Its name leads to no address. */
  name: /^(?:ENOTFOUND|EAI_[A-Z]+)$/,
  unreachable: /^E(?:HOST|NET)(?:UNREACH|DOWN)$/,
  /** Its certificate is not trusted, or there is no common version. */
  tls: /^(?:ERR_(?:TLS|SSL|OSSL)_|EPROTO$|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_|HOSTNAME_MISMATCH$)/,
  /** It does not speak HTTP/1.1, or not the protocol that was asked for. */
  answer: /^(?:HPE_|UND_ERR_RES|a WebSocket that was not agreed on$|a status outside of HTTP$)/,
  client: new RegExp(`^${CLIENT_GONE}$`),
  /** All its connections are in use. */
  busy: new RegExp(`^${UPSTREAM_BUSY}$`),
} as const;

export const UPSTREAM_CAUSES: readonly string[] = [...Object.keys(CAUSES), OTHER];

export function causeLabel(cause: string): string {
  return Object.entries(CAUSES).find(([, codes]) => codes.test(cause))?.[0] ?? OTHER;
}

// What events say by words of their own: their series begin at 0, so that the first event is a step.
export const STORE_OPERATIONS = [
  'claim',
  'advance',
  'get',
  'put',
  'delete',
] as const satisfies readonly StoreEvent['operation'][];
export const DEVICE_CHANGES = [
  'enrolled',
  'renewed',
  'replaced',
  'blocked',
  'unblocked',
  'forgotten',
] as const satisfies readonly DeviceEvent['change'][];
export const SESSION_CHANGES = [
  'begun',
  'ended',
  'reused',
] as const satisfies readonly SessionEvent['change'][];
