import { readJsonObject, type JsonObject } from '../kernel/bytes/json.js';
import { fetchBody, FetchFailure, type FetchLimits } from './fetch-body.js';

/** The largest body that is read, after decompression: 1 MiB. A key set takes a few KiB. */
const MAX_BYTES = 1_048_576;

/**
 * GETs one JSON object. The status has to be 200.
 *
 * @throws FetchFailure (as a rejection), and nothing else
 */
export async function fetchJson(
  url: string,
  limits: Pick<FetchLimits, 'fetch' | 'timeoutMs' | 'watchers'>,
): Promise<JsonObject> {
  const headers = { accept: 'application/jwk-set+json, application/json' };
  const { status, body } = await fetchBody(url, { headers }, { ...limits, maxBytes: MAX_BYTES });
  if (status !== 200) throw new FetchFailure(`the answer has the HTTP status ${status}`);
  const document = readJsonObject(body);
  if (document === undefined) throw new FetchFailure('the answer is not a JSON object in UTF-8');
  return document;
}
