import { ConfigurationError } from '../../../kernel/errors.js';
import { isLocal } from '../../endpoint.js';
import { assertGranted, readGrant, Ungranted, type TokenSource } from './grant.js';

/** The metadata server of Compute Engine, Cloud Run, Cloud Functions, App Engine and GKE. */
const HOST = 'metadata.google.internal';

/** Google Cloud, Authenticate workloads to Google Cloud APIs using service accounts. */
const PATH = '/computeMetadata/v1/instance/service-accounts/default/token';

/** Sent with a question, so that no browser can ask; and part of each answer, so that nothing else can answer. */
const FLAVOR = 'Google';

/**
 * Access tokens of the service account that is attached to this machine, from the metadata server of Google Cloud:
 * nothing is configured, and no key exists.
 *
 * @throws ConfigurationError naming GCE_METADATA_HOST, which is read now
 */
export function metadataTokens(): TokenSource {
  const base = metadataServer();
  return async ({ scope, ask }) => {
    const url = `${base}${PATH}?scopes=${encodeURIComponent(scope)}`;
    const answer = await ask(url, { headers: { 'metadata-flavor': FLAVOR, accept: 'application/json' } });
    assertGranted(answer, [
      'the metadata server gave no access token',
      'check that a service account with the scope is attached',
    ]);
    if (answer.headers.get('metadata-flavor') !== FLAVOR)
      throw new Ungranted(
        'misconfigured',
        'the answer is not from a metadata server: check GCE_METADATA_HOST',
      );
    return readGrant(answer);
  };
}

/** Google's own, or the one that GCE_METADATA_HOST names, as Google's libraries have it. */
function metadataServer(): string {
  const host = process.env['GCE_METADATA_HOST'] ?? HOST;
  const url = URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : undefined;
  // Written as it is read: no user, path or query, and no number for an address.
  const isPlain = url?.host === host.toLowerCase().replace(/:80$/, '');
  if (url !== undefined && isPlain && isLocal(url)) return url.origin;
  const remedy = `Give host or host:port of a metadata server: loopback, link-local or ${HOST}.`;
  throw new ConfigurationError('GCE_METADATA_HOST', 'is not a metadata server', remedy);
}
