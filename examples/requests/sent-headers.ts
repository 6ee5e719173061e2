import type { Field, RequestCase } from './request-case.js';
import { signRequest } from './sign-request.js';
import { SIGNING_KEY } from './tokens.js';

/**
 * The fields of a request as it is sent now, with those that sign it.
 *
 * @param base scheme, host and port of the server
 */
export async function sentHeaders(each: RequestCase, base: string): Promise<readonly Field[]> {
  const { method, path, headers, body, signing } = each;
  if (signing === undefined) return headers;
  const fields = Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]));
  const added = await signRequest({ method, base, path, fields, body }, signing, SIGNING_KEY);
  return [...headers, ...Object.entries(added)];
}
