// Why this exists: requests as the SDK signs them, by the text of RFC 9421 alone, so that the code under test has no part in them.
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { NOW, SECONDS } from '../../run/now.js';
import type { Random } from '../../run/random.js';
import type { Subject } from '../../subject/subject.js';

/** A request as it arrives. */
export interface Wire {
  readonly method: string;
  readonly target: string;
  readonly fields: Readonly<Record<string, readonly string[]>>;
  readonly body: Buffer;
}

/** One that was signed. */
export interface SignedWire extends Wire {
  readonly phone: Phone;
  /** Names of covered fields. */
  readonly covered: readonly string[];
  /** The signature in base64. */
  readonly raw: string;
}

interface Request {
  readonly method: string;
  readonly target: string;
  readonly body: string;
  readonly fields: Readonly<Record<string, string>>;
}

export interface Phone {
  signed(
    request: Request,
    own?: { readonly components: readonly string[]; readonly times: string },
  ): SignedWire;
}

export const BASE = 'https://api.example.com';

export const REQUESTS: readonly Request[] = [
  { method: 'GET', target: '/v1/items?x=1&y=%20', body: '', fields: { authorization: 'Bearer user' } },
  { method: 'GET', target: '/', body: '', fields: {} },
  { method: 'DELETE', target: '/v1/items/%2e%2e/7/', body: '', fields: { 'x-a': 'one, two' } },
  {
    method: 'POST',
    target: '/v1/transfers',
    body: '{"amount":1}',
    fields: { 'content-type': 'application/json' },
  },
  { method: 'PUT', target: '/v1/files?name=a+b', body: 'x'.repeat(300), fields: { 'content-length': '300' } },
];

const HOST = 'api.example.com';

export function createPhone(subject: Subject, random: Random, secretBase64: string): Phone {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ipk = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  const token = subject.mintApproovToken({
    secretBase64,
    claims: { ipk, did: random.bytes(16).toString('base64') },
    now: NOW,
  });
  const phone: Phone = {
    signed({ method, target, body, fields: more }, own) {
      const bytes = Buffer.from(body);
      const digest = `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`;
      const fields: Record<string, string> = {
        'approov-token': token,
        ...more,
        ...(body !== '' && { 'content-digest': digest }),
        ...(own?.components.includes('authorization') === true && { authorization: 'Bearer user' }),
      };
      const components = own?.components ?? ['@method', '@target-uri', ...Object.keys(fields)];
      const [path = '', query] = target.split('?');
      const derived: Readonly<Record<string, string>> = {
        '@method': method,
        '@target-uri': `${BASE}${target}`,
        '@authority': HOST,
        '@request-target': target,
        '@path': path,
        '@query': `?${query ?? ''}`,
      };
      const times = own?.times ?? `;created=${SECONDS - 1};expires=${SECONDS + 14}`;
      const input = `(${components.map((name) => `"${name}"`).join(' ')});alg="ecdsa-p256-sha256"${times}`;
      const lines = components.map((name) => `"${name}": ${derived[name] ?? fields[name]}`);
      const base = [...lines, `"@signature-params": ${input}`].join('\n');
      const raw = sign('sha256', Buffer.from(base), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString(
        'base64',
      );
      const all = { ...fields, 'signature-input': `install=${input}`, signature: `install=:${raw}:` };
      return {
        phone,
        method,
        target,
        body: bytes,
        raw,
        covered: components.filter((name) => !name.startsWith('@')),
        fields: Object.fromEntries(Object.entries(all).map(([name, line]) => [name, [line]])),
      };
    },
  };
  return phone;
}
