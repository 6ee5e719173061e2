import { isJsonObject } from '../../kernel/bytes/json.js';
import { assertOptions } from '../../kernel/config/options.js';
import type { IntegrityDecoder } from '../../ports/google.js';
import { GOOGLE_OPTIONS, GoogleService, type GoogleOptions } from './service.js';

/** Google, Play Integrity API, decodeIntegrityToken. */
const SERVICE = {
  url: 'https://playintegrity.googleapis.com',
  scope: 'https://www.googleapis.com/auth/playintegrity',
};

/**
 * Has Google decode Play Integrity tokens, each once. The service account is of the Cloud project that is linked to
 * the app in the Play Console.
 *
 * A status of 400 is a token that Google does not accept; 401, 403 and 404 are the operator's doing, whatever the
 * token, and `problem` has the constants by which Google says why. Every other one, and no answer in time, says nothing
 * about the token. After five failures in a row nothing is asked for as long as the answer said, or 30 seconds, but for a
 * minute at most; over the quota of one app at once, about that app. A refused token is not a failure, since any client can
 * send one. Nothing is sent at start-up, no redirect is followed, and no timer runs between two calls.
 *
 * @throws ConfigurationError naming the option
 * @example
 * const decoder = googlePlayIntegrity({ credentials: 'metadata' }); // of playIntegrity({ decoder })
 */
export function googlePlayIntegrity(options: GoogleOptions): IntegrityDecoder {
  assertOptions(options, GOOGLE_OPTIONS, 'googlePlayIntegrity');
  const service = new GoogleService(options, SERVICE);
  return {
    watch: service.watch,
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
