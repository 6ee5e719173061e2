import {
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  randomBytes,
  type KeyObject,
} from 'node:crypto';
import { mintApproovToken } from 'attestkit-testing';

/** The algorithms that are measured. */
export type Algorithm = 'HS256' | 'ES256' | 'RS256';

/** The keys of one run: every contender gets the same ones, in the form that it takes. */
export const secret: Buffer = randomBytes(64);
export const secretBase64: string = secret.toString('base64');
export const secretKey: KeyObject = createSecretKey(secret);

const privateKeys = {
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
};
export const publicKeys: Readonly<Record<'ES256' | 'RS256', KeyObject>> = {
  ES256: createPublicKey(privateKeys.ES256),
  RS256: createPublicKey(privateKeys.RS256),
};

/** What a public key is configured as: `-----BEGIN PUBLIC KEY-----…`. */
export function pem(algorithm: 'ES256' | 'RS256'): string {
  return publicKeys[algorithm].export({ type: 'spki', format: 'pem' }) as string;
}

/** The value that every token is bound to. */
export const authorization = `Bearer ${randomBytes(32).toString('base64url')}`;

/** A token with the claims that Approov sends, each of another device. */
export function mintToken(algorithm: Algorithm, expiresInSeconds = 3600): string {
  const device = randomBytes(16);
  const claims = {
    exp: Math.floor(Date.now() / 1000) + expiresInSeconds + 0.5195,
    did: device.toString('base64'),
    ip: `192.0.2.${(device[0] ?? 0) % 10}`,
    iss: 'approov.io',
  };
  const common = { claims, bind: authorization };
  if (algorithm === 'HS256') return mintApproovToken({ ...common, secretBase64 });
  const privateKey = privateKeys[algorithm].export({ type: 'pkcs8', format: 'pem' }) as string;
  return mintApproovToken({ ...common, algorithm, privateKey });
}

/** The same token with a signature by nobody. */
export function forge(token: string): string {
  const end = token.lastIndexOf('.') + 1;
  return token.slice(0, end) + randomBytes(Math.floor(((token.length - end) * 3) / 4)).toString('base64url');
}

/** As long as a token, with the three parts of one, and nothing in them. */
export function garbage(token: string): string {
  return `${randomBytes(27).toString('base64url')}.${randomBytes(136).toString('base64url')}.${token.slice(-43)}`;
}

/**
 * Hands out tokens as an HTTP server does: each a new string that nothing has looked at, so that nobody profits
 * from a hash or a comparison that an earlier round has left behind.
 */
export function freshCopies(tokens: readonly string[]): (count: number) => string[] {
  const bytes = tokens.map((token) => Buffer.from(token, 'latin1'));
  let at = 0;
  return (count) =>
    Array.from({ length: count }, () => {
      at = (at + 1) % bytes.length;
      return (bytes[at] as Buffer).toString('latin1');
    });
}
