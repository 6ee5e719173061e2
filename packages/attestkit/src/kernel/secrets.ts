import { createHash } from 'node:crypto';
import { decodeBase64, decodeBase64url } from './base64.js';
import { ConfigurationError } from './errors.js';

/** How a configured secret is written. */
export type SecretEncoding = 'base64' | 'base64url';

/** Template syntax, or words between separators where random characters should be. */
const TEMPLATE = /^[<[{$]|(^|[_-])(secret|here|your|example|placeholder|changeme)([_-]|$)/i;

/** No digit and no capital, or no digit and no small letter: in 43 random characters one chance in 10^15. */
const WORDS = /^[^0-9A-Z]*$|^[^0-9a-z]*$/;

const PEM = '-----BEGIN';

const MAKE_ONE =
  'Use the secret of your account, or make one with: node -p "crypto.randomBytes(64).toString(\'base64\')"';

/**
 * SHA-256 (hex) of secrets that stand in public repositories: Approov's quickstarts and Postman collections, its
 * message-signing test scripts, and its koa Shapes server.
 */
const PUBLISHED: readonly string[] = [
  '786cbeb0a2e9e33a3dc17ab73d7b4e51b54143321a3e1283c90ae92c1694c813',
  '9202015b03b8db1268e0aedc1d892397ff752e5e9a9b89b8d66533438ac205e5',
  '9334f9da1d0196c9d93ef23491581bdae60f557dd50f66546aefa792190f09f0',
];

/**
 * Decodes a configured symmetric secret.
 *
 * @param variable the option or environment variable, for the message
 * @param minimumBytes the length of the hash it is used with (RFC 7518 §3.2)
 * @throws ConfigurationError when it is absent, not canonical in its encoding, too short, a PEM or a placeholder
 */
export function decodeSecret(
  text: unknown,
  encoding: SecretEncoding,
  variable: string,
  minimumBytes: number,
): Buffer {
  if (isPlaceholder(text, encoding)) throw new ConfigurationError(variable, 'is a placeholder', MAKE_ONE);
  return decodeAnySecret(text, encoding, variable, minimumBytes);
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
  const bytes = decode(text, encoding);
  if (bytes === undefined) return refuse(`is not canonical ${encoding}`, otherEncoding(text, encoding));
  if (bytes.length < minimumBytes)
    return refuse(`has ${bytes.length} bytes and needs at least ${minimumBytes}`);
  return bytes;
}

function decode(text: string, encoding: SecretEncoding): Buffer | undefined {
  return encoding === 'base64' ? decodeBase64(text) : decodeBase64url(text);
}

/** Whether it reads like words or a template. A published secret does not: it is refused under its own name. */
function isPlaceholder(text: unknown, encoding: SecretEncoding): boolean {
  if (typeof text !== 'string' || text === '' || text.includes(PEM)) return false;
  if (!TEMPLATE.test(text) && !WORDS.test(text)) return false;
  const bytes = decode(text, encoding);
  return bytes === undefined || !PUBLISHED.includes(sha256(bytes));
}

function otherEncoding(text: string, encoding: SecretEncoding): string {
  if (text !== text.trim()) return 'Remove the white space around it.';
  const fits = encoding === 'base64' ? decodeBase64url(text) : decodeBase64(text);
  if (fits === undefined) return 'Copy the whole value, padding included, without quotes or line breaks.';
  return encoding === 'base64'
    ? 'It is base64url: put it in APPROOV_BASE64URL_SECRET (option secretBase64url).'
    : 'It is base64: put it in APPROOV_BASE64_SECRET (option secretBase64).';
}

/**
 * Refuses what no deployment may use: a secret of little variety, one that is public, or the same one twice.
 *
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
    const digest = sha256(secret);
    if (seen.has(digest))
      throw new ConfigurationError(variable, 'has the same secret twice', 'Remove one of them.');
    seen.add(digest);
    if (PUBLISHED.includes(digest)) {
      if (allowPublished) continue;
      throw new ConfigurationError(
        variable,
        'is a published example secret, with which anyone can sign',
        'Use the secret of your account. For examples on the loopback interface set NODE_ENV=development or the option allowPublishedSecret.',
      );
    }
    if (new Set(secret).size < 16)
      throw new ConfigurationError(variable, 'repeats a few bytes over and over', MAKE_ONE);
  }
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Whether this process says that it is no deployment. */
export function isDevelopment(): boolean {
  return process.env['NODE_ENV'] === 'development' || process.env['NODE_ENV'] === 'test';
}
