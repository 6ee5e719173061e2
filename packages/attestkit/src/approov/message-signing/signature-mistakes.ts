import type { Departures, SignedMessage, Target } from '../../kernel/http-signatures/components.js';
import { signatureBase, type SignatureInput } from '../../kernel/http-signatures/signature-base.js';

/** A server that differs from the app about the target: what to say, and the target as the app may have it. */
type Mistake = readonly [says: string, target: Target];

/**
 * Names the usual mistake behind a signature that is not over this request. Called only for a genuine token whose request is
 * refused anyway: at most five signatures are verified.
 *
 * @param verifies whether the signature is over this base
 */
export function baseMistake(
  input: SignatureInput,
  message: SignedMessage,
  departures: Departures,
  verifies: (base: string) => boolean,
): string | undefined {
  if (message.target === undefined) return undefined;
  for (const [says, target] of mistakesAbout(message.target, message)) {
    const other = { ...message, target, fields: (name: string) => message.fields(name) };
    const built = signatureBase(input, other, departures);
    if (built.base !== undefined && verifies(built.base)) return says;
  }
  return undefined;
}

function* mistakesAbout(target: Target, message: SignedMessage): Generator<Mistake> {
  const scheme = target.scheme === 'https' ? 'http' : 'https';
  yield [`the app signed ${scheme}: set baseUrl to the scheme that the app calls`, { ...target, scheme }];
  const [host] = message.fields('host');
  if (host !== undefined && host.toLowerCase() !== target.authority)
    yield [
      'the app signed the host in the field Host, which is not the one of baseUrl: if it is yours, set baseUrl to it',
      { ...target, authority: host.toLowerCase() },
    ];
  if (target.path === '/')
    yield ['the app left out the slash of the root: call the URL with it', { ...target, path: '' }];
  const path = target.path.endsWith('/') ? target.path.slice(0, -1) : `${target.path}/`;
  yield [
    'app and server differ in the slash at the end of the path: a proxy or router changed it',
    { ...target, path },
  ];
  const decoded = decodedPath(target.path);
  if (decoded !== target.path)
    yield [
      'the app signed the path without its percent-encoding: let the SDK sign @target-uri',
      { ...target, path: decoded },
    ];
}

function decodedPath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
