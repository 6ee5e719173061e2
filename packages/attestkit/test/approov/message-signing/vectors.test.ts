import { createPublicKey, createSecretKey } from 'node:crypto';
import { describe, expect } from 'vitest';
import { approov } from '../../../src/approov/index.js';
import { createGuard } from '../../../src/create-guard.js';
import { verifyHttpSignature } from '../../../src/kernel/http-signatures/algorithms.js';
import { readTarget, type SignedMessage } from '../../../src/kernel/http-signatures/components.js';
import { isDigestOf, readContentDigest } from '../../../src/kernel/http-signatures/content-digest.js';
import {
  readSignatureField,
  signatureBase,
  signatureInput,
  type SignatureInput,
} from '../../../src/kernel/http-signatures/signature-base.js';
import { isInnerList } from '../../../src/kernel/http-signatures/structured-fields.js';
import { configuredKeys } from '../../../src/kernel/jose/key-source.js';
import { vectors } from '../../vectors.js';

interface Vector {
  readonly name: string;
  readonly method: string;
  readonly targetUri: string;
  readonly body?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signatureBase: string;
  readonly signatureAsStringItemHeader: string;
  readonly derSignatureBase64: string;
  readonly expected: 'valid' | 'invalid';
}

interface Published {
  readonly tokenSecretBase64: string;
  readonly ipkSpkiBase64: string;
  readonly vectors: readonly Vector[];
  readonly signatureBaseUnitTests: {
    readonly request: { readonly method: string; readonly url: string };
    readonly cases: readonly { readonly components?: readonly string[]; readonly expected: string }[];
  };
}

const published = vectors('approov/message-signing');
const all = (): Published => published.files[0] as unknown as Published;

/** Of all times the one at which the signatures are valid. */
const AT = 1_744_292_800_000;

function messageOf({ method, targetUri, headers }: Vector): SignedMessage {
  return { method, target: readTarget(targetUri), fields: (name) => [headers[name] ?? []].flat() };
}

/** What the guard says to the request of a vector. */
async function decided(vector: Vector, options: object = {}): Promise<string> {
  const { method, targetUri, headers, body = '' } = vector;
  const secret = createSecretKey(Buffer.from(all().tokenSecretBase64, 'base64'));
  const guard = createGuard({
    evidence: [
      approov({
        // A server refuses this secret, since it reads like words.
        keys: configuredKeys('HS256', [{ algorithm: 'HS256', key: secret }]),
        messageSigning: {
          baseUrl: 'http://0.0.0.0:8111',
          maxLifetimeSeconds: 315_360_000,
          leewaySeconds: 0,
          ...options,
        },
      }),
    ],
    now: () => AT,
  });
  const request = {
    method,
    target: targetUri.slice('http://0.0.0.0:8111'.length),
    fields: (name: string) => [headers[name] ?? []].flat(),
    body: async () => Buffer.from(body),
  };
  const decision = await guard.check(request, guard.route({ messageSigning: true }));
  return decision.outcome === 'accept' ? 'valid' : decision.error.code.replace('ERR_APPROOV_SIGNATURE_', '');
}

describe('Approov’s own requests', () => {
  published.run('have the base that was signed, and a signature over it', () => {
    const key = createPublicKey({
      key: Buffer.from(all().ipkSpkiBase64, 'base64'),
      format: 'der',
      type: 'spki',
    });
    for (const vector of all().vectors) {
      const field = readSignatureField([vector.headers['signature-input'] as string]);
      const input = field && signatureInput(field, 'install');
      expect(input?.components.areSupported).toBe(true);
      const built = signatureBase(input as never, messageOf(vector)) as { base: string };
      const member = readSignatureField([vector.headers['signature'] as string])?.members.get('install');
      const bytes = member !== undefined && !isInnerList(member) ? member.item.value : undefined;
      const verified =
        bytes instanceof Uint8Array && verifyHttpSignature('ecdsa-p256-sha256', key, built.base, bytes);
      const digests = readContentDigest([vector.headers['content-digest'] ?? ''], true);
      const isWhole = digests === undefined || isDigestOf(digests, Buffer.from(vector.body ?? ''));
      expect([vector.name, verified && isWhole]).toEqual([vector.name, vector.expected === 'valid']);
      if (vector.expected === 'valid') expect(built.base).toBe(vector.signatureBase);
    }
  });

  published.run(
    'are decided about as they have to be, but for those that cover less than a route asks for',
    async () => {
      const outcomes = new Map<string, string>();
      for (const vector of all().vectors) outcomes.set(vector.name, await decided(vector));
      expect(Object.fromEntries(outcomes)).toEqual({
        'test1 method + approov-token': 'COMPONENT_MISSING',
        'test2 + target-uri': 'valid',
        'test3 POST content-digest as sf-STRING (non-conformant to RFC 9530, accepted by the ASP.NET backend? see notes)':
          'DIGEST_MALFORMED',
        'test4 POST content-digest as byte sequence': 'valid',
        'query tampered': 'INVALID',
        'method tampered': 'INVALID',
        'body tampered': 'DIGEST_MISMATCH',
        'label renamed': 'LABEL_MISSING',
        'expires in the past': 'EXPIRED',
      });
      const [, , text] = all().vectors;
      expect(await decided(text as Vector, { quirks: ['text-digest'] })).toBe('valid');
    },
  );

  published.run('are accepted with the signature as text, and in DER', async () => {
    for (const vector of all().vectors.filter(({ name }) => /^test[24]/.test(name))) {
      const { headers, signatureAsStringItemHeader: text, derSignatureBase64: der } = vector;
      for (const signature of [text, `install=:${der}:`, `install="${der}"`])
        expect(await decided({ ...vector, headers: { ...headers, signature } })).toBe('valid');
    }
  });

  published.run('the bases of the tests of its SDK for Android are built, where it departs by name', () => {
    const { request, cases } = all().signatureBaseUnitTests;
    const message: SignedMessage = {
      method: request.method,
      target: readTarget(request.url.replace(/#.*/, '')),
      fields: () => [],
    };
    let built = 0;
    for (const { components, expected } of cases) {
      if (components === undefined) continue;
      const text = expected.split('"@signature-params": ')[1] as string;
      const field = readSignatureField([`a=(${components.map((name) => `"${name}"`).join(' ')})`]) as never;
      const input = signatureInput(field, 'a') as SignatureInput;
      const found = signatureBase({ ...input, text }, message, { authorityWithoutPort: true });
      expect(found).toEqual({ base: expected.replace('#fragment', '') });
      built += 1;
    }
    expect(built).toBe(2);
  });
});
