import type { Checks } from '../ports/checks.js';
import type { JwsAlgorithm, VerificationKey } from '../ports/keys.js';
import { decodeBase64url } from './base64.js';
import { readJsonObject, type JsonObject } from './json.js';
import { verifySignature } from './jwa.js';
import type { JwtChecks } from './jwt-checks.js';
import { mustRead } from './sinks.js';

/** No genuine token comes near; Node's own limit for all header fields together is 16 KiB. */
const MAX_TOKEN_LENGTH = 8192;

/** A compact JWS whose header has been read and found fit to look for a key. Nothing is trusted yet. */
export interface ParsedJws {
  readonly header: JsonObject;
  readonly headerPart: string;
  readonly kid: string | undefined;
  /** Header and payload as they were sent, with the dot between. */
  readonly signingInput: string;
  readonly payload: Buffer;
  readonly signature: Buffer;
}

/** What a header has to say before its token is worth a signature check. */
export interface HeaderExpectations {
  readonly algorithm: JwsAlgorithm;
  /** Values of `typ` that are this kind of token; a token without `typ` is let through where `undefined` is among them. */
  readonly types: readonly (string | undefined)[];
}

/**
 * Headers, by their exact text, that came with a good signature: all tokens of one issuer share a few. Bounded,
 * and never fed by a token that did not verify.
 */
export class KnownHeaders {
  readonly #known = new Map<string, JsonObject>();

  find(headerPart: string): JsonObject | undefined {
    return this.#known.get(headerPart);
  }

  remember(jws: ParsedJws): void {
    if (this.#known.size < 16) this.#known.set(jws.headerPart, jws.header);
  }
}

/**
 * Reads a token of three parts and holds its header to what is expected.
 *
 * @throws AttestationError where it cannot be read on
 */
export function parseJws(
  token: string,
  expected: HeaderExpectations,
  defs: JwtChecks<string>,
  checks: Checks,
  known?: KnownHeaders,
): ParsedJws {
  mustRead(checks, defs.size, token.length <= MAX_TOKEN_LENGTH || undefined);
  const first = token.indexOf('.');
  const second = token.indexOf('.', first + 1);
  const third = second < 0 ? -1 : token.indexOf('.', second + 1);

  mustRead(checks, defs.encrypted, third < 0 || token.split('.').length !== 5 || undefined);
  mustRead(checks, defs.compact, (first > 0 && second > 0 && third < 0) || undefined);

  const headerPart = token.slice(0, first);
  const payload = decodeBase64url(token.slice(first + 1, second));
  const signature = decodeBase64url(token.slice(second + 1));
  const familiar = known?.find(headerPart);
  const headerBytes = familiar === undefined ? decodeBase64url(headerPart) : undefined;
  const readable =
    payload !== undefined && signature !== undefined && (familiar !== undefined || headerBytes !== undefined);
  mustRead(checks, defs.encoding, readable || undefined);

  const header = familiar ?? readHeader(headerBytes as Buffer, expected, defs, checks);
  const kid = header['kid'] as string | undefined;
  const signingInput = token.slice(0, second);
  return {
    header,
    headerPart,
    kid,
    signingInput,
    payload: payload as Buffer,
    signature: signature as Buffer,
  };
}

function readHeader(
  bytes: Buffer,
  expected: HeaderExpectations,
  defs: JwtChecks<string>,
  checks: Checks,
): JsonObject {
  const read = readJsonObject(bytes);
  const kidIsText = read?.['kid'] === undefined || typeof read['kid'] === 'string';
  const header = mustRead(checks, defs.header, kidIsText ? read : undefined);
  checks.holds(defs.algorithm, header['alg'] === expected.algorithm, header['alg'], expected.algorithm);
  checks.holds(defs.critical, header['crit'] === undefined, header['crit']);
  checks.holds(
    defs.type,
    expected.types.includes(header['typ'] as string | undefined),
    header['typ'],
    expected.types,
  );
  return header;
}

/**
 * Holds the signature to the candidate keys, then reads the payload.
 *
 * @returns the claims, and the key that signed them (undefined only when a recording sink let a failure pass)
 * @throws AttestationError where it cannot be read on
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
  return { claims: mustRead(checks, defs.payload, readJsonObject(jws.payload)), key };
}
