import { decodeBase64, decodeBase64url } from '../bytes/base64.js';
import { ConfigurationError } from '../errors.js';
import { weaknessOf, weaknessOfText, type Weakness } from './guessable.js';
import { secretDigests } from './secret-readings.js';

/** How a configured secret is written. */
export type SecretEncoding = 'base64' | 'base64url';

const PEM = '-----BEGIN';

const MAKE_ANOTHER = 'Make another one: node -p "crypto.randomBytes(64).toString(\'base64\')"';
const MAKE_ONE =
  'Use the secret of your account, or make one with: node -p "crypto.randomBytes(64).toString(\'base64\')"';

/**
 * SHA-256 (base64url) of secrets that stand in public repositories: Approov's quickstarts and Postman collections, its
 * message-signing test scripts, and its koa Shapes server; FastAPI's tutorial on OAuth2 with JWT; and the key of many
 * tutorials on Spring Boot with JWT, which begins with 404E6352.
 */
const PUBLISHED: readonly string[] = [
  'eGy-sKLp4zo9wXq3PXtOUbVBQzIaPhKDyQrpLBaUyBM',
  'kgIBWwO42xJo4K7cHYkjl_91Ll6am4m41mUzQ4rCBeU',
  'kzT52h0BlsnZPvI0kVgb2uYPVX3VD2ZUau-nkhkPCfA',
  'TQ-N7EUV0HphHFAvIq25XIVNlD1hIvuPlslQO0I1a6w',
  'E2yxxaebydlD79o4L94b-ibg4UD_REZXz3-wVuKXexw',
];

/** What is wrong with a secret that can be guessed. */
const PROBLEMS: Readonly<Record<Weakness, string>> = {
  words: 'is a placeholder, or reads like words',
  repeats: 'repeats a few bytes over and over',
};

/**
 * Decodes a configured symmetric secret.
 *
 * @param variable the option or environment variable, for the message
 * @param minimumBytes the length of the hash it is used with (RFC 7518 §3.2)
 * @param elsewhere what to do with a secret in the other encoding. Default: to encode it anew
 * @throws ConfigurationError when it is absent, not canonical in its encoding, too short, a PEM or a placeholder
 */
export function decodeSecret(
  text: unknown,
  encoding: SecretEncoding,
  variable: string,
  minimumBytes: number,
  elsewhere?: string,
): Buffer {
  const weakness = typeof text === 'string' && !text.includes(PEM) ? weaknessOfText(text) : undefined;
  if (weakness === 'words') throw new ConfigurationError(variable, PROBLEMS.words, MAKE_ONE);
  return decodeAnySecret(text, encoding, variable, minimumBytes, elsewhere);
}

/**
 * Decodes a symmetric secret just as strictly, whether or not a deployment may use it: for test tokens and for
 * inspection, which protect nothing.
 *
 * @throws ConfigurationError when it is absent, not canonical in its encoding, too short or a PEM
 */
export function decodeAnySecret(
  text: unknown,
  encoding: SecretEncoding,
  variable: string,
  minimumBytes: number,
  elsewhere?: string,
): Buffer {
  const refuse = (problem: string, remedy = MAKE_ONE): never => {
    throw new ConfigurationError(variable, problem, remedy);
  };
  if (typeof text !== 'string' || text === '') return refuse(text === '' ? 'is empty' : 'is not set');
  if (text.includes(PEM))
    return refuse(
      'is a PEM, which is a key pair or certificate and no shared secret',
      'Use the option publicKey with an asymmetric algorithm instead.',
    );
  const bytes = encoding === 'base64' ? decodeBase64(text) : decodeBase64url(text);
  if (bytes === undefined)
    return refuse(`is not canonical ${encoding}`, otherEncoding(text, encoding, elsewhere));
  if (bytes.length < minimumBytes)
    return refuse(`has ${bytes.length} bytes and needs at least ${minimumBytes}`);
  return bytes;
}

function otherEncoding(text: string, encoding: SecretEncoding, elsewhere: string | undefined): string {
  if (text !== text.trim()) return 'Remove the white space around it.';
  const fits = encoding === 'base64' ? decodeBase64url(text) : decodeBase64(text);
  if (fits === undefined) return 'Copy the whole value, padding included, without quotes or line breaks.';
  const sent = encoding === 'base64' ? 'base64url' : 'base64';
  return `It is ${sent}: ${elsewhere ?? `encode it as ${encoding}`}.`;
}

/**
 * Refuses secrets that no deployment may use: one that is public or can be guessed, in whatever encoding, or the same one
 * twice.
 *
 * @param secrets the bytes that they are used as
 * @param allowPublished for examples on the loopback interface; the default allows it where `NODE_ENV` is
 *   `development` or `test`
 * @throws ConfigurationError
 */
export function assertSafeSecrets(
  secrets: readonly Buffer[],
  variable: string,
  allowPublished: boolean = isDevelopment(),
): void {
  const seen = new Set<string>();
  for (const secret of secrets) {
    const digests = secretDigests(secret);
    if (digests.some((digest) => seen.has(digest)))
      throw new ConfigurationError(variable, 'has the same secret twice', 'Remove one of them.');
    for (const digest of digests) seen.add(digest);
    if (digests.some((digest) => PUBLISHED.includes(digest))) {
      if (allowPublished) continue;
      throw new ConfigurationError(
        variable,
        'is a published example secret, with which anyone can sign',
        'Use a secret of your own. For examples on the loopback interface set NODE_ENV=development or the option allowPublishedSecret.',
      );
    }
    const weakness = weaknessOf(secret);
    if (weakness !== undefined) throw new ConfigurationError(variable, PROBLEMS[weakness], MAKE_ANOTHER);
  }
}

/** Whether this process says that it is for development or tests. */
export function isDevelopment(): boolean {
  return process.env['NODE_ENV'] === 'development' || process.env['NODE_ENV'] === 'test';
}

/** Whether this process says that it is for production. */
export function isProduction(): boolean {
  return process.env['NODE_ENV'] === 'production';
}
