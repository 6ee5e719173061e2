import { hostOf } from '../http/authority.js';
import { isMethodPassedOn } from '../http/methods.js';
import { folded } from '../http/names.js';
import { clientAddress, type Trust } from '../http/trust.js';
import { readTarget, type Target } from '../routes/target.js';
import { fault, type Fault } from './question.js';

/** What a proxy says of a request by fields of its own, beside the fields of the request itself. */
export interface Told {
  /** The values of its fields, in the order of their names; undefined if an optional one is absent. */
  readonly values: readonly (string | undefined)[];
  /** All other lines. */
  readonly rest: string[];
}

/** Of the connection between proxy and gateway: the client has not sent them, or not to us. */
const OF_THE_QUESTION = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const MOST_LINES = 100;

/**
 * Makes what takes a proxy's own fields out of the lines of its question. Each has one line, and is not empty. Beside it there is none that a
 * server may fold to its name: a client can send `X_Forwarded_Uri` through proxies that write `X-Forwarded-Uri`.
 *
 * @param required names as they are usually written, for the log
 */
export function toldBy(
  required: readonly string[],
  optional: readonly string[],
): (raw: readonly string[]) => Told | Fault {
  const names = [...required, ...optional];
  const places = new Map(names.map((name, place) => [name.toLowerCase(), place]));
  return (raw) => {
    const values: (string | undefined)[] = names.map(() => undefined);
    const rest: string[] = [];
    for (let at = 0; at < raw.length; at += 2) {
      const lower = (raw[at] as string).toLowerCase();
      const value = raw[at + 1] as string;
      const place = places.get(lower);
      if (place !== undefined) {
        if (values[place] !== undefined) return fault(400, `${names[place]} comes twice`);
        if (value === '') return fault(400, `${names[place]} is empty`);
        values[place] = value;
        continue;
      }
      const shadowed = /[_.]/.test(lower) ? places.get(folded(lower)) : undefined;
      if (shadowed !== undefined) return fault(400, `a field that may be read as ${names[shadowed]}`);
      if (!OF_THE_QUESTION.has(lower)) rest.push(raw[at] as string, value);
      // After a yes, some proxies join client and API by any protocol that the client names, and do not ask about what it says in that.
      else if (lower === 'upgrade' && value.toLowerCase() !== 'websocket')
        return fault(400, 'an upgrade to something else than a WebSocket');
    }
    if (rest.length > MOST_LINES * 2) return fault(431, `more than ${MOST_LINES} header lines`);
    const missing = required.findIndex((_, place) => values[place] === undefined);
    return missing < 0 ? { values, rest } : fault(400, `${required[missing]} is missing`);
  };
}

/** Which request it is. */
export interface Which {
  readonly method: string;
  readonly authority: string;
  readonly host: string;
  readonly target: Target;
}

/** @param named the fields that say it, for the log */
export function readWhich(
  given: { readonly method: string; readonly authority: string; readonly target: string },
  named: { readonly method: string; readonly authority: string; readonly target: string },
): Which | Fault {
  if (!isMethodPassedOn(given.method)) return fault(405, `${named.method} is not a method that is passed on`);
  const host = hostOf(given.authority);
  if (host === undefined) return fault(400, `${named.authority} is not a name with a port`);
  if (given.target.length > LONGEST_TARGET) return fault(414, `${named.target} has more than 8192 bytes`);
  const target = readTarget(given.target);
  if (target === undefined)
    return fault(400, `${named.target} is not a target that all servers read in the same way`);
  return { method: given.method, authority: given.authority, host, target };
}

/** Traefik says `ws` and `wss` of a WebSocket. */
export function readScheme(given: string): 'http' | 'https' | undefined {
  const [, scheme, isSecure] = /^(http|ws)(s?)$/.exec(given) ?? [];
  if (scheme === undefined) return undefined;
  return isSecure === 's' ? 'https' : 'http';
}

const LONGEST_TARGET = 8192;

/** The client's address, as trusted proxies tell it. */
export function readAddress(forwarded: string, peers: Trust): string | Fault {
  // The peer is trusted: its address is not the client's. The last one that it wrote has to be an address.
  const address = clientAddress(undefined, [forwarded], peers);
  return address === NO_ADDRESS ? fault(400, 'X-Forwarded-For does not end with an address') : address;
}

/** What `clientAddress` gives without a peer, and without an address that a trusted proxy has written. */
const NO_ADDRESS = 'unix';

/** A name that is long enough to be of one request alone. */
export function readProxyRequestId(given: string | undefined): string | undefined {
  return given !== undefined && /^[!-~]{16,200}$/.test(given) ? given : undefined;
}
