import { decodeEither, isBase64url } from '../../kernel/bytes/base64.js';
import { mustRead } from '../../kernel/sinks.js';
import type { Checks } from '../../ports/checks.js';
import { PROOF_CHECKS as CHECKS } from './proof-checks.js';

/** A proof by an enrolled key, as a header field carries it. Nothing is verified yet. */
export interface ProofField {
  /** 32 bytes in base64url, however they were sent. */
  readonly keyId: string;
  /** What the proof came under: `assertion` is App Attest's, `signature` Android's. */
  readonly proofParameter: 'assertion' | 'signature';
  /** As sent: base64 or base64url. */
  readonly proof: string;
  /** As sent, and as it was returned: base64url. */
  readonly challenge: string | undefined;
}

/** Characters of a field; an App Attest assertion has about 200, with its extensions. */
const MAX_LENGTH = 8192;

/** One parameter: a name, and a value in quotes or bare. No value needs an escape, and bare ones in `Authorization` are tokens. */
const CREDENTIALS_PARAMETER =
  /[ \t]*([A-Za-z_]{1,16})[ \t]*=[ \t]*(?:"([A-Za-z0-9+/=_-]*)"|([A-Za-z0-9+_-]+))[ \t]*(,|$)/y;
const FIELD_PARAMETER =
  /[ \t]*([A-Za-z_]{1,16})[ \t]*=[ \t]*(?:"([A-Za-z0-9+/=_-]*)"|([A-Za-z0-9+/=_-]+))[ \t]*(;|$)/y;

const SCHEME = /^attest(?: |$)/i;

/** Whether the value of an `Authorization` field is of the scheme `Attest`, well-formed or not (RFC 9110 §11.1). */
export function hasAttestScheme(value: string): boolean {
  return SCHEME.test(value);
}

/**
 * Reads `Attest v=1, key_id="…", assertion="…"[, challenge="…"]`, the value of an `Authorization` field (RFC 9110
 * §11.4): scheme and names in any case, values quoted or tokens, in any order.
 *
 * @throws AttestationError with an `ERR_ASSERTION_…` code
 */
export function readAttestCredentials(value: string, checks: Checks): ProofField {
  mustRead(checks, CHECKS.present, SCHEME.test(value) || undefined);
  return readProof(value.replace(SCHEME, ''), CREDENTIALS_PARAMETER, checks);
}

/**
 * Reads `v=1; key_id=…; assertion=…[; challenge=…]`, the value of an `X-App-Attest` field: the same parameters behind
 * semicolons, where base64 needs no quotes.
 *
 * @throws AttestationError with an `ERR_ASSERTION_…` code
 */
export function readProofField(value: string, checks: Checks): ProofField {
  mustRead(checks, CHECKS.present, value !== '' || undefined);
  return readProof(value, FIELD_PARAMETER, checks);
}

const NAMES: readonly string[] = ['v', 'key_id', 'assertion', 'signature', 'challenge'];

/** The straight line, for both fields. */
function readProof(text: string, parameter: RegExp, checks: Checks): ProofField {
  mustRead(checks, CHECKS.size, text.length <= MAX_LENGTH || undefined);
  const parameters = mustRead(checks, CHECKS.readable, readParameters(text, parameter));
  mustRead(checks, CHECKS.version, parameters.get('v') === '1' || undefined);
  const field = mustRead(checks, CHECKS.parameters, select(parameters));
  return { ...field, keyId: mustRead(checks, CHECKS.keyId, readKeyId(field.keyId)) };
}

/** The id of a key as enrolled, base64url of 32 bytes, however it was sent; undefined for other text. */
export function readKeyId(text: string): string | undefined {
  const bytes = decodeEither(text);
  return bytes?.length === 32 ? bytes.toString('base64url') : undefined;
}

/** By name in lower case; undefined if the text is not all parameters, or has one twice. */
function readParameters(text: string, parameter: RegExp): ReadonlyMap<string, string> | undefined {
  const found = new Map<string, string>();
  let at = 0;
  for (;;) {
    parameter.lastIndex = at;
    const match = parameter.exec(text);
    if (match === null) return undefined;
    const [whole, name = '', quoted, bare = '', separator] = match;
    if (found.has(name.toLowerCase())) return undefined;
    found.set(name.toLowerCase(), quoted ?? bare);
    if (separator === '') return found;
    at += whole.length;
  }
}

/** Exactly one proof, a key id, perhaps a challenge, and nothing else. */
function select(parameters: ReadonlyMap<string, string>): ProofField | undefined {
  for (const [name, value] of parameters) if (!NAMES.includes(name) || value === '') return undefined;
  const keyId = parameters.get('key_id');
  const assertion = parameters.get('assertion');
  const signature = parameters.get('signature');
  const challenge = parameters.get('challenge');
  const proof = assertion ?? signature;
  if (keyId === undefined || proof === undefined) return undefined;
  if (assertion !== undefined && signature !== undefined) return undefined;
  if (challenge !== undefined && !isBase64url(challenge)) return undefined;
  return { keyId, proofParameter: assertion === undefined ? 'signature' : 'assertion', proof, challenge };
}
