import { ConfigurationError } from '../../kernel/errors.js';
import { assertOptions } from '../../kernel/config/options.js';
import type { AppCheckConsumer } from '../../ports/google.js';
import { GOOGLE_OPTIONS, GoogleService, type GoogleOptions } from './service.js';

/** Who asks Firebase, and for which project. */
export interface GoogleAppCheckOptions extends GoogleOptions {
  /** The project's number, or its id. */
  readonly project: string;
}

/** Firebase, App Check REST API, projects.verifyAppCheckToken. */
const SERVICE = {
  url: 'https://firebaseappcheck.googleapis.com',
  scope: 'https://www.googleapis.com/auth/firebase',
};

/**
 * Has Firebase remember which App Check tokens were used. The service account has the role Firebase App Check Token
 * Verifier.
 *
 * A status of 403 is a token that Firebase does not accept, or an account without the role: it answers both alike;
 * 400 a token of a provider that it cannot consume. 401 and 404 are the operator's doing. Every other status, and no answer
 * in time, says nothing about the token, which may be consumed then; see `googlePlayIntegrity` for the consequences.
 *
 * @throws ConfigurationError naming the option
 * @example
 * const consumer = googleAppCheck({ credentials: 'metadata', project: '123456789012' }); // of appCheck({ consumer })
 */
export function googleAppCheck(options: GoogleAppCheckOptions): AppCheckConsumer {
  assertOptions(options, { ...GOOGLE_OPTIONS, project: 'string' }, 'googleAppCheck');
  const { project } = options;
  if (typeof project !== 'string' || !/^[a-z0-9][a-z0-9-]{0,62}$/.test(project)) {
    const remedy = 'Give the number or the id of the Firebase project.';
    throw new ConfigurationError('project', 'is not a project', remedy);
  }
  const service = new GoogleService(options, SERVICE);
  return {
    watch: service.watch,
    consume: (token, signal) =>
      service.ask(
        `/v1beta/projects/${project}:verifyAppCheckToken`,
        { app_check_token: token },
        {
          invalid: [400, 403],
          read: ({ alreadyConsumed: already = false }) =>
            typeof already === 'boolean' ? ({ outcome: 'consumed', already } as const) : undefined,
        },
        signal,
      ),
  };
}
