import { createHash, createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { SECONDS, token } from './tokens.js';

/** A phone's installation, and the token that names its key. */
export interface Installation {
  readonly privateKey: KeyObject;
  readonly token: string;
}

/** @param claims that come before those that the key asks for */
export function installation(claims: object = {}, namedCurve = 'P-256'): Installation {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
  const ipk = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  return { privateKey, token: token({ ipk, did: DID, ...claims }) };
}

export const DID: string = Buffer.alloc(16, 7).toString('base64');

/** A request as an app sends it, and what its SDK signs. */
export interface Signed {
  readonly method?: string;
  readonly url?: string;
  readonly body?: string;
  /** Fields beside those of the SDK. */
  readonly fields?: Readonly<Record<string, string | readonly string[]>>;
  /** Component names; default those of the SDK. */
  readonly components?: readonly string[];
  /** Text of the parameters. */
  readonly parameters?: string;
  readonly label?: string;
  /** How the bytes of the signature are written. */
  readonly write?: (bytes: Buffer) => string;
  /** Makes the signature over the base; default the installation's key, `r` and `s` side by side. */
  readonly signer?: (base: string) => Buffer;
}

export const BASE_URL = 'https://api.example.com';

export const digestOf = (body: string): string =>
  `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;

export const hmacSigner =
  (key: Buffer) =>
  (base: string): Buffer =>
    createHmac('sha256', key).update(base).digest();

/** The fields of a request that the installation has signed, by the text of RFC 9421 §2.5 alone. */
export function signedFields(
  { privateKey, token: value }: Installation,
  request: Signed = {},
): Record<string, string | readonly string[]> {
  const { method = 'GET', url = '/v1/items?x=1', body = '', label = 'install' } = request;
  const fields: Record<string, string | readonly string[]> = {
    'approov-token': value,
    authorization: 'Bearer user',
    ...(body !== '' && { 'content-digest': digestOf(body), 'content-length': String(body.length) }),
    ...request.fields,
  };
  const {
    components = ['@method', '@target-uri', ...Object.keys(fields)],
    parameters = `;alg="ecdsa-p256-sha256";created=${SECONDS - 2};expires=${SECONDS + 13}`,
    write = (bytes: Buffer) => `:${bytes.toString('base64')}:`,
    signer = (base: string) =>
      sign('sha256', Buffer.from(base), { key: privateKey, dsaEncoding: 'ieee-p1363' }),
  } = request;
  const derived: Readonly<Record<string, string>> = {
    '@method': method,
    '@target-uri': `${BASE_URL}${url}`,
    '@authority': 'api.example.com',
    '@request-target': url,
    '@path': url.split('?')[0] as string,
    '@query': `?${url.split('?')[1] ?? ''}`,
  };
  const params = `(${components.map((name) => (name.startsWith('"') ? name : `"${name}"`)).join(' ')})${parameters}`;
  const lines = components.map(
    (name) => `"${name}": ${derived[name] ?? [fields[name] ?? ''].flat().join(', ')}`,
  );
  const base = [...lines, `"@signature-params": ${params}`].join('\n');
  return { ...fields, 'signature-input': `${label}=${params}`, signature: `${label}=${write(signer(base))}` };
}
