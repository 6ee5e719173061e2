import { AttestationError } from '../kernel/errors.js';
import type { JsonObject } from '../kernel/bytes/json.js';
import { excessOfJson, readUnsignedJson } from '../kernel/bytes/unsigned-json.js';
import type { AttestedRequest } from '../ports/request.js';
import { ENDPOINT_CHECKS as CHECKS } from './checks.js';
import { readBody } from '../guard/internal.js';

/** Bytes of a body; an App Attest attestation has about 10 KB in base64, an Android chain about 8. */
const MAX_BODY = 65_536;

/** Members of a body, and values of its lists: a genuine one has about ten. */
const MAX_MEMBERS = 64;

/** RFC 8259 §11; the charset is what some clients add, and may only be the one there is. */
const JSON_TYPE = /^application\/json[ \t]*(;[ \t]*charset="?utf-8"?[ \t]*)?$/i;

/**
 * Reads the body of a request to an endpoint: JSON only, as sent.
 *
 * @throws AttestationError (rejects with it)
 */
export async function readJsonBody(request: AttestedRequest): Promise<JsonObject> {
  const [type = '', ...otherTypes] = request.fields('content-type');
  const codings = request.fields('content-encoding').filter((coding) => coding.toLowerCase() !== 'identity');
  if (!JSON_TYPE.test(type) || otherTypes.length > 0 || codings.length > 0)
    throw new AttestationError(CHECKS.mediaType);
  const bytes = await readBody(request, MAX_BODY, CHECKS.size);
  const excess = excessOfJson(bytes, MAX_MEMBERS);
  if (excess === 'members') throw new AttestationError(CHECKS.members);
  const body = excess === undefined ? readUnsignedJson(bytes) : undefined;
  if (body === undefined) throw new AttestationError(CHECKS.json);
  return body;
}

/**
 * A parameter of the query, percent-decoded; undefined if it is absent.
 *
 * @param repeated what to throw if it is there more than once
 */
export function queryParameter(
  request: AttestedRequest,
  name: string,
  repeated: AttestationError,
): string | undefined {
  const start = request.target.indexOf('?');
  if (start < 0) return undefined;
  const values = new URLSearchParams(request.target.slice(start + 1)).getAll(name);
  if (values.length > 1) throw repeated;
  return values[0];
}
