import type { Checks } from '../../ports/checks.js';
import type { JwsAlgorithm, VerificationKey } from '../../ports/keys.js';
import { decodeBase64url, isBase64url } from '../bytes/base64.js';
import { AttestationError } from '../errors.js';
import { readJsonObject, type JsonObject } from '../bytes/json.js';
import { verifySignature } from './jwa.js';
import type { JwtChecks } from './jwt-checks.js';
import { isMediaType } from './media-type.js';
import { mustRead } from '../sinks.js';

/** No genuine token comes near; Node's own limit for all header fields together is 16 KiB. */
export const MAX_TOKEN_LENGTH = 8192;

/** Characters of the MAC of HS512, in base64url. */
const LONGEST_MAC = 86;

/** A compact JWS whose header has been read and found fit to look for a key. Nothing is trusted yet. */
export interface ParsedJws {
  readonly header: KnownHeader;
  /** As the header names it: one of those that are expected. */
  readonly algorithm: JwsAlgorithm;
  readonly kid: string | undefined;
  /** Header and payload as they were sent, with the dot between. */
  readonly signingInput: string;
  readonly payload: Buffer;
  /** A MAC as its one text, which it is compared as; a longer signature as its bytes. */
  readonly signature: string | Buffer;
}

/** A header that is fit, and the text that it was sent as, with the dot behind it. */
export interface KnownHeader {
  readonly text: string;
  readonly algorithm: JwsAlgorithm;
  readonly kid: string | undefined;
}

/** What a header has to say before its token is worth a signature check. */
export interface HeaderExpectations {
  /** The pinned one; or several, where the verifier takes only keys of the one that the header names as candidates. */
  readonly algorithms: readonly JwsAlgorithm[];
  /**
   * Media types that are this kind of token, without `application/`; the header may write them as RFC 7515 §4.1.9 allows.
   * A token without `typ` is accepted if `undefined` is among them.
   */
  readonly types: readonly (string | undefined)[];
}

/**
 * Headers, by their exact text, that came with a good signature: all tokens of one issuer share a few. Of one
 * verifier with one set of expectations; bounded, and never fed by a token that did not verify.
 */
export class KnownHeaders {
  readonly #known: KnownHeader[] = [];

  find(token: string): KnownHeader | undefined {
    for (const header of this.#known) if (token.startsWith(header.text)) return header;
    return undefined;
  }

  remember({ header }: ParsedJws): void {
    if (this.#known.length < 8 && !this.#known.includes(header)) this.#known.push(header);
  }
}

/**
 * Reads a token of three parts and holds its header to what is expected.
 *
 * @throws AttestationError if it cannot be read on
 */
export function parseJws(
  token: string,
  expected: HeaderExpectations,
  defs: JwtChecks<string>,
  checks: Checks,
  known?: KnownHeaders,
): ParsedJws {
  // A header field that is absent, or there twice, is not text in many frameworks.
  if (typeof token !== 'string') throw new AttestationError(defs.compact);
  mustRead(checks, defs.size, token.length <= MAX_TOKEN_LENGTH || undefined);
  const first = token.indexOf('.');
  const second = token.indexOf('.', first + 1);
  const third = second < 0 ? -1 : token.indexOf('.', second + 1);

  mustRead(checks, defs.encrypted, third < 0 || token.split('.').length !== 5 || undefined);
  mustRead(checks, defs.compact, (first > 0 && second > 0 && third < 0) || undefined);

  const familiar = known?.find(token);
  const parts = readParts(token, first, second, familiar !== undefined);
  const { payload, signature } = mustRead(checks, defs.encoding, parts);

  const header = familiar ?? readHeader(token.slice(0, first), expected, defs, checks);
  const { kid, algorithm } = header;
  return { header, kid, algorithm, signingInput: token.slice(0, second), payload, signature };
}

/** The payload and the signature; undefined if a part is not canonical. */
function readParts(
  token: string,
  first: number,
  second: number,
  isFamiliar: boolean,
): Pick<ParsedJws, 'payload' | 'signature'> | undefined {
  if (!isFamiliar && !isBase64url(token.slice(0, first))) return undefined;
  const text = token.slice(second + 1);
  const signature = text.length > LONGEST_MAC ? decodeBase64url(text) : isBase64url(text) ? text : undefined;
  const payload = decodeBase64url(token.slice(first + 1, second));
  return payload === undefined || signature === undefined ? undefined : { payload, signature };
}

function readHeader(
  part: string,
  expected: HeaderExpectations,
  defs: JwtChecks<string>,
  checks: Checks,
): KnownHeader {
  const read = readJsonObject(Buffer.from(part, 'base64url'));
  const kidIsText = read?.['kid'] === undefined || typeof read['kid'] === 'string';
  const { alg, crit, typ, kid } = mustRead(checks, defs.header, kidIsText ? read : undefined);
  const { algorithms } = expected;
  const pinned = algorithms.some((each) => alg === each);
  checks.holds(defs.algorithm, pinned, alg, algorithms.length === 1 ? algorithms[0] : algorithms);
  checks.holds(defs.critical, crit === undefined, crit);
  checks.holds(defs.type, isOneOf(typ, expected.types), typ, expected.types);
  return { text: `${part}.`, algorithm: alg as JwsAlgorithm, kid: kid as string | undefined };
}

function isOneOf(typ: unknown, types: HeaderExpectations['types']): boolean {
  return types.some((type) => (type === undefined ? typ === undefined : isMediaType(typ, type)));
}

/**
 * Checks the signature against the candidate keys, then reads the payload.
 *
 * @returns the claims, and the key that signed them (undefined only when a recording sink let a failure pass)
 * @throws AttestationError if it cannot be read on
 */
export function verifyJws(
  jws: ParsedJws,
  candidates: readonly VerificationKey[],
  defs: JwtChecks<string>,
  checks: Checks,
): { claims: JsonObject; key: VerificationKey | undefined } {
  checks.holds(defs.key, candidates.length > 0, jws.kid);
  const key = candidates.find((candidate) => verifySignature(candidate, jws.signingInput, jws.signature));
  checks.holds(defs.signature, key !== undefined);
  return {
    claims: mustRead(checks, defs.payload, readJsonObject(jws.payload)),
    key,
  };
}
