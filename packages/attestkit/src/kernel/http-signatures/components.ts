import type { Item } from './structured-fields.js';

/** An HTTP message, as what is signed is read from it. */
export interface SignedMessage {
  /** As sent; absent in a response. */
  readonly method?: string | undefined;
  /** Where the request goes, absolute, as the client wrote it: `https://api.example.com/v1/items?x=1`. */
  readonly target?: Target | undefined;
  /** Of a response. */
  readonly status?: number | undefined;
  /** The values of a field, one for each line; `name` is in lower case. */
  fields(name: string): readonly string[];
}

/** The parts of a target URI (RFC 9110 §7.1), as text, never decoded or made shorter. */
export interface Target {
  /** In lower case. */
  readonly scheme: string;
  /** Host and port, in lower case. */
  readonly authority: string;
  readonly path: string;
  /** With its question mark; empty if there is none. */
  readonly query: string;
}

/** Visible ASCII, as all of a request line is (RFC 9112 §3). User information and fragments never reach a server. */
const TARGET =
  /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([!$&'()*+,;=._~%:[\]A-Za-z0-9-]+)(\/[!-"$->@-~]*)?(\?[!-"$-~]*)?$/;

/** Reads a target URI; undefined if it is not absolute, has user information or a fragment, or has a character that no request line can carry. */
export function readTarget(uri: string): Target | undefined {
  const [, scheme, authority, path = '', query = ''] = TARGET.exec(uri) ?? [];
  if (scheme === undefined || authority === undefined) return undefined;
  return { scheme: scheme.toLowerCase(), authority: authority.toLowerCase(), path, query };
}

/** How the producer of a message departs from RFC 9421. Default: in nothing. */
export interface Departures {
  /** `@authority` without a port. */
  readonly authorityWithoutPort?: boolean | undefined;
  /** `@query` without its question mark. */
  readonly queryWithoutMark?: boolean | undefined;
}

/** Whether a component can be read here: a field name in lower case, or a derived component (RFC 9421 §2.1, §2.2) without parameters. */
export function isSupported({ item, parameters }: Item): boolean {
  if (item.type !== 'string') return false;
  const { value } = item;
  if (value === '@query-param') return parameters.size === 1 && parameters.get('name')?.type === 'string';
  return parameters.size === 0 && (value in DERIVED || FIELD_NAME.test(value));
}

/** RFC 9110 §5.6.2, in lower case as RFC 9421 §2.1 asks. */
const FIELD_NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;

/** What is between the lines of a signature base must not be in one. */
const LINE = /^[\t\x20-\x7e]*$/;

/**
 * The value of a supported component (RFC 9421 §2.1, §2.2); undefined if the message does not have it, or has it in a form that has
 * more than one possible value: white space that folds lines, a character outside ASCII, a query parameter that is there twice.
 */
export function componentValue(
  { item, parameters }: Item,
  message: SignedMessage,
  departures: Departures,
): string | undefined {
  const name = item.value as string;
  const value =
    name === '@query-param'
      ? queryParameter(message.target, parameters.get('name')?.value as string)
      : (DERIVED[name] ?? fieldValue)(message, departures, name);
  return value !== undefined && LINE.test(value) ? value : undefined;
}

type Derive = (message: SignedMessage, departures: Departures, name: string) => string | undefined;

/** The ports that a scheme has by itself (RFC 9110 §4.2). */
const DEFAULT_PORT: Readonly<Record<string, RegExp>> = { http: /:(?:80)?$/, https: /:(?:443)?$/ };
const PORT = /:\d*$/;
const NO_PORT = /$^/;

const DERIVED: Readonly<Record<string, Derive>> = Object.assign(Object.create(null) as object, {
  '@method': ({ method }: SignedMessage) => method,
  '@target-uri': ({ target }: SignedMessage) =>
    target && `${target.scheme}://${target.authority}${target.path}${target.query}`,
  '@authority': ({ target }: SignedMessage, { authorityWithoutPort }: Departures) =>
    target?.authority.replace(
      authorityWithoutPort === true ? PORT : (DEFAULT_PORT[target.scheme] ?? NO_PORT),
      '',
    ),
  '@scheme': ({ target }: SignedMessage) => target?.scheme,
  '@request-target': ({ target }: SignedMessage) => target && `${pathOf(target)}${target.query}`,
  '@path': ({ target }: SignedMessage) => target && pathOf(target),
  '@query': ({ target }: SignedMessage, { queryWithoutMark }: Departures) => {
    if (target === undefined) return undefined;
    return queryWithoutMark === true ? target.query.slice(1) : target.query || '?';
  },
  '@status': ({ status }: SignedMessage) => status?.toString(),
} satisfies Record<string, Derive>);

/** An empty path is the root (RFC 9421 §2.2.6). */
function pathOf({ path }: Target): string {
  return path === '' ? '/' : path;
}

/** The lines of a field, without white space around, joined (RFC 9421 §2.1). */
function fieldValue(message: SignedMessage, _departures: Departures, name: string): string | undefined {
  const lines = message.fields(name);
  return lines.length === 0 ? undefined : lines.map(trimmed).join(', ');
}

/** Without the white space around it: by index, since a pattern would look at every blank within it again and again. */
function trimmed(line: string): string {
  let [start, end] = [0, line.length];
  while (isBlank(line.charCodeAt(start))) start += 1;
  while (isBlank(line.charCodeAt(end - 1))) end -= 1;
  return line.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** The parameters of a target's query, read once: a name that is there twice has no value. */
const parametersOf = new WeakMap<Target, ReadonlyMap<string, string | undefined>>();

function queryParameters(target: Target): ReadonlyMap<string, string | undefined> {
  const known = parametersOf.get(target);
  if (known !== undefined) return known;
  const read = new Map<string, string | undefined>();
  for (const [name, value] of new URLSearchParams(target.query)) {
    const text = formText(name);
    read.set(text, read.has(text) ? undefined : value);
  }
  parametersOf.set(target, read);
  return read;
}

/**
 * The one value of a query parameter, read and written again as a form (RFC 9421 §2.2.8).
 *
 * @param name as the component has it: written as a form
 */
function queryParameter(target: Target | undefined, name: string): string | undefined {
  const value = target && queryParameters(target).get(name);
  // Octets that are not UTF-8 all read as one character: the same text would stand for different values.
  return value === undefined || value.includes('\u{fffd}') ? undefined : formText(value);
}

/** What a form percent-encodes (WHATWG URL, application/x-www-form-urlencoded), with `%20` for a blank. */
function formText(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()~]/g,
    (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
