import { linesOf } from '../../http/lines.js';
import { requestIdOf } from '../../http/request-id.js';
import { clientAddress, type Trust } from '../../http/trust.js';
import { noBody } from '../body.js';
import type { Reading } from '../convention.js';
import { fault, isFault, type Fault, type Question } from '../question.js';
import { readProxyRequestId, readScheme, readWhich, toldBy } from '../told.js';
import { Message, ProtobufError } from './protobuf.js';

// Numbers of fields, as `envoy/service/auth/v3` gives them.
const CHECK_REQUEST = { attributes: 1 } as const;
const ATTRIBUTES = { source: 1, request: 4 } as const;
const PEER = { address: 1 } as const;
const ADDRESS = { socketAddress: 1 } as const;
const SOCKET_ADDRESS = { address: 2 } as const;
const REQUEST = { http: 2 } as const;
const HTTP = {
  id: 1,
  method: 2,
  headers: 3,
  path: 4,
  host: 5,
  scheme: 6,
  rawBody: 12,
  headerMap: 13,
} as const;
const HEADER_MAP = { headers: 1 } as const;
const HEADER = { key: 1, value: 2, rawValue: 3 } as const;

const readTold = toldBy([], ['X-Envoy-Auth-Partial-Body', 'X-Forwarded-For']);

/** A question, or why it cannot be read, with the name of its request. */
export interface Check {
  readonly requestId: string;
  readonly read: Question | Fault;
}

/** Reads a `CheckRequest`. */
export function readCheck(bytes: Buffer, reading: Reading): Check {
  try {
    const attributes = new Message(bytes).message(CHECK_REQUEST.attributes);
    const http = attributes?.message(ATTRIBUTES.request)?.message(REQUEST.http);
    if (attributes === undefined || http === undefined)
      return unnamed(fault(400, 'a CheckRequest without an HTTP request'));
    const lines = linesOfHttp(http);
    if (isFault(lines)) return unnamed(lines);
    const requestId = requestIdOf(linesOf(lines, 'x-request-id'), true);
    return { requestId, read: questionOf(http, lines, sourceOf(attributes), reading) };
  } catch (error) {
    if (!(error instanceof ProtobufError)) throw error;
    return unnamed(fault(400, `a CheckRequest that cannot be read: ${error.message}`));
  }
}

function unnamed(found: Fault): Check {
  return { requestId: requestIdOf([], false), read: found };
}

/** The address of the connection that the request came on; undefined if it does not have one. */
function sourceOf(attributes: Message): string | undefined {
  const address = attributes.message(ATTRIBUTES.source)?.message(PEER.address);
  return address?.message(ADDRESS.socketAddress)?.text(SOCKET_ADDRESS.address);
}

const NAME = /^:?[!#$%&'*+.^_`|~0-9a-z-]+$/;

/**
 * The header lines, pseudo-header fields included. Envoy gives them by `header_map`, as they are, or by `headers`, with repeated lines joined and
 * odd bytes replaced.
 */
function linesOfHttp(http: Message): readonly string[] | Fault {
  const map = http.message(HTTP.headerMap);
  const joined = http.all(HTTP.headers);
  if (map !== undefined && joined.length > 0) return fault(400, 'headers beside header_map');
  const lines: string[] = [];
  const names = new Set<string>();
  for (const entry of map?.all(HEADER_MAP.headers) ?? joined) {
    const header = new Message(entry);
    const name = header.text(HEADER.key);
    const [value, rawValue] = [header.text(HEADER.value), header.text(HEADER.rawValue)];
    if (!NAME.test(name)) return fault(400, 'a header whose name is not a token in lower case');
    if (value !== '' && rawValue !== '') return fault(400, 'a header with value and raw_value');
    if (/[\0\r\n]/.test(value + rawValue)) return fault(400, 'a header with more than one line');
    if (map === undefined && names.has(name)) return fault(400, 'headers with one name twice');
    names.add(name);
    lines.push(name, (value + rawValue).trim());
  }
  return lines;
}

function questionOf(
  http: Message,
  lines: readonly string[],
  source: string | undefined,
  { peers, requestIdsByProxy }: Reading,
): Question | Fault {
  const told = readTold(withoutPseudo(lines));
  if (isFault(told)) return told;
  const [partial, forwarded] = told.values;
  const [method, authority, path] = [http.text(HTTP.method), http.text(HTTP.host), http.text(HTTP.path)];
  const which = readWhich(
    { method, authority, target: path },
    { method: 'method', authority: 'host', target: 'path' },
  );
  if (isFault(which)) return which;
  for (const [name, value] of [
    [':method', method],
    [':authority', authority],
    [':path', path],
    ['host', authority],
  ] as const)
    if (linesOf(lines, name).some((line) => line !== value))
      return fault(400, `${name} differs from the request`);
  const lengths = linesOf(lines, 'content-length').flatMap((length) => ['Content-Length', length]);
  return {
    convention: 'ext-authz-grpc',
    ...which,
    scheme: readScheme(http.text(HTTP.scheme)),
    lines: [...told.rest, ...lengths, 'Host', authority],
    address: addressOf(source, forwarded, peers),
    body: bodyOf(http, method, lines, partial),
    proxyRequestId: requestIdsByProxy ? readProxyRequestId(http.text(HTTP.id)) : undefined,
  };
}

function withoutPseudo(lines: readonly string[]): readonly string[] {
  return lines.filter((_, at) => !(lines[at - (at % 2)] as string).startsWith(':'));
}

function addressOf(
  source: string | undefined,
  forwarded: string | undefined,
  peers: Trust,
): string | undefined {
  return source === undefined || source === ''
    ? undefined
    : clientAddress(source, forwarded === undefined ? [] : [forwarded], peers);
}

/**
 * Whole only if Envoy says so, and as bytes: in a body that is text, Envoy replaces what is not UTF-8, and the upstream would get other bytes than
 * those that were judged.
 */
function bodyOf(
  http: Message,
  method: string,
  lines: readonly string[],
  partial: string | undefined,
): Question['body'] {
  const bytes = http.one(HTTP.rawBody);
  const lengths = linesOf(lines, 'content-length');
  const fits = (count: number): boolean => lengths.every((length) => length === String(count));
  if (partial === 'false' && bytes !== undefined && fits(bytes.length)) return () => Promise.resolve(bytes);
  if (partial !== undefined || bytes !== undefined || !fits(0)) return undefined;
  return linesOf(lines, 'transfer-encoding').length > 0 ? undefined : noBody(method).body;
}
