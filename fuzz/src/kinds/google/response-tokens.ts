// Why this exists: tokens of Play Integrity as Google makes them: a signed token inside of an encrypted one.
import {
  createCipheriv,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  type KeyObject,
} from 'node:crypto';

/** The keys of one app. */
interface ResponseKeys {
  readonly secret: Buffer;
  readonly privateKey: KeyObject;
  readonly publicPem: string;
  /** As the Play Console shows them. */
  readonly printed: { readonly decryptionKey: string; readonly verificationKey: string };
}

/** What differs from A256KW and A256GCM. */
interface Odd {
  readonly header?: object;
  readonly contentKey?: Buffer;
  readonly iv?: Buffer;
  readonly tagLength?: number;
}

export function responseKeys(): ResponseKeys {
  const secret = randomBytes(32);
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const verificationKey = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  const publicPem = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString();
  return {
    secret,
    privateKey,
    publicPem,
    printed: { decryptionKey: secret.toString('base64'), verificationKey },
  };
}

/** The payload in a token signed with ES256, whatever the header says. */
export function signed(payload: string, header: object, key: KeyObject): string {
  const input = `${json(header)}.${Buffer.from(payload).toString('base64url')}`;
  return `${input}.${sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

/** The plaintext in an encrypted token. */
export function encrypted(
  plaintext: string,
  secret: Buffer,
  { header = {}, contentKey = randomBytes(32), iv = randomBytes(12), tagLength = 16 }: Odd = {},
): string {
  const head = json({ alg: 'A256KW', enc: 'A256GCM', ...header });
  const wrap = createCipheriv('id-aes256-wrap', secret, Buffer.alloc(8, 0xa6));
  const wrapped = Buffer.concat([wrap.update(contentKey), wrap.final()]);
  const name = `aes-${8 * contentKey.length}-gcm` as 'aes-256-gcm';
  const cipher = createCipheriv(name, contentKey, iv, { authTagLength: tagLength });
  cipher.setAAD(Buffer.from(head));
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return [
    head,
    ...[wrapped, iv, ciphertext, cipher.getAuthTag()].map((each) => each.toString('base64url')),
  ].join('.');
}

function json(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
