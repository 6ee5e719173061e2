import { isJsonObject } from '../kernel/json.js';
import { assertOptions } from '../kernel/options.js';
import type { IntegrityDecoder } from '../ports/google.js';
import { GOOGLE_OPTIONS, GoogleService, type GoogleOptions } from './google-service.js';

/** Google, Play Integrity API, decodeIntegrityToken. */
const SERVICE = {
  url: 'https://playintegrity.googleapis.com',
  scope: 'https://www.googleapis.com/auth/playintegrity',
};

/**
 * Has Google decode tokens of Play Integrity, each once. The service account is of the Cloud project that is linked to
 * the app in the Play Console.
 *
 * A status of 400 is a token that Google does not accept; 401, 403 and 404 are the operator's doing, whatever the
 * token; 429 and 5xx, and no answer in time, say nothing about the token. After five of these in a row, or one over
 * the quota, nothing is asked for as long as the answer said, or 30 seconds. Nothing is sent at start-up, no redirect
 * is followed, and no timer runs between two calls.
 *
 * @throws ConfigurationError naming the option
 */
export function googlePlayIntegrity(options: GoogleOptions): IntegrityDecoder {
  assertOptions(options, GOOGLE_OPTIONS, 'googlePlayIntegrity');
  const service = new GoogleService(options, SERVICE);
  return {
    decode: (packageName, token, signal) =>
      service.ask(
        `/v1/${encodeURIComponent(packageName)}:decodeIntegrityToken`,
        { integrityToken: token },
        {
          invalid: [400],
          read: ({ tokenPayloadExternal: payload }) =>
            isJsonObject(payload) ? ({ outcome: 'decoded', payload } as const) : undefined,
        },
        signal,
      ),
  };
}
