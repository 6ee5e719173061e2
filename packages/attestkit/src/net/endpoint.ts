import { ConfigurationError } from '../kernel/errors.js';
import { isDevelopment } from '../kernel/config/secrets.js';

const LOOPBACK = /^(127(\.\d+){3}|\[::1\]|localhost)$/;

/**
 * Link-local addresses (RFC 3927 §2.1, RFC 4291 §2.5.6), which no router forwards, and the names and addresses at which
 * Google's and Amazon's clouds serve metadata to their own machines.
 */
const METADATA =
  /^(169\.254(\.\d+){2}|\[fe[89ab][0-9a-f]:[0-9a-f:]*\]|metadata\.google\.internal|\[fd20:ce::254\]|\[fd00:ec2::254\])$/;

/** Whether a URL is of this machine or of the metadata server beside it: what is sent there stays on the host. */
export function isLocal({ hostname }: URL): boolean {
  return LOOPBACK.test(hostname) || METADATA.test(hostname);
}

/**
 * Reads the URL of a key set or service: https, so that no other host can answer instead.
 *
 * @param variable the option that it is from, for the message
 * @returns its normal form
 * @throws ConfigurationError naming the option
 */
export function endpoint(text: string, variable = 'url'): string {
  const refuse = (problem: string, remedy: string): never => {
    throw new ConfigurationError(variable, problem, remedy);
  };
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) return refuse('is not an absolute URL', 'Give the whole of it, from https:// on.');
  if (url.username !== '' || url.password !== '') {
    return refuse(
      'has credentials',
      'Remove the user name and the password: the server does not ask for them.',
    );
  }
  if (url.href.includes('#')) return refuse('has a fragment', 'Remove the part from the # on.');
  if (/^appleid\.apple\.com\.?$/.test(url.hostname)) {
    return refuse(
      'is that of Sign in with Apple, whose keys sign who a user is and say nothing about the app or the device',
      'Apple publishes no attestation key set: verify App Attest objects, or give the key set of your attester.',
    );
  }
  if (url.protocol === 'https:') return url.href;
  if (url.protocol !== 'http:') return refuse('is not an https URL', 'Use https.');
  if (!LOOPBACK.test(url.hostname)) return refuse('is http to another machine', 'Use https.');
  if (!isDevelopment()) {
    return refuse('is http outside of development', 'Use https, or set NODE_ENV=development.');
  }
  return url.href;
}
