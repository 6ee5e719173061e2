import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import { describe, expect } from 'vitest';
import {
  verifyHttpSignature,
  type HttpSignatureAlgorithm,
} from '../../../src/kernel/http-signatures/algorithms.js';
import { readTarget, type SignedMessage } from '../../../src/kernel/http-signatures/components.js';
import { isDigestOf, readContentDigest } from '../../../src/kernel/http-signatures/content-digest.js';
import {
  readSignatureField,
  signatureBase,
  signatureInput,
} from '../../../src/kernel/http-signatures/signature-base.js';
import { vectors, type Vector } from '../../vectors.js';

interface Message {
  readonly method?: string;
  readonly url?: string;
  readonly status?: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

function messageOf({ method, url, status, headers }: Message): SignedMessage {
  const lines = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return {
    method,
    status,
    target: url === undefined ? undefined : readTarget(`https://${headers['Host']}${url}`),
    fields: (name) => {
      const line = lines.get(name);
      return line === undefined ? [] : [line];
    },
  };
}

const RSASSA_PSS = Buffer.from('06092a864886f70d01010a', 'hex');

/** The RFC names the algorithm in its RSA key, as rsassaPss; keys of JOSE, which are verified with here, are rsaEncryption. */
function keyOf(algorithm: string, key: string): KeyObject {
  if (algorithm === 'hmac-sha256') return createSecretKey(Buffer.from(key, 'base64'));
  const der = createPublicKey(key).export({ format: 'der', type: 'spki' });
  const at = der.indexOf(RSASSA_PSS);
  if (at >= 0) der[at + RSASSA_PSS.length - 1] = 1;
  return createPublicKey({ key: der, format: 'der', type: 'spki' });
}

/** Verifies an example of the RFC as it is written there: base and signature. */
function verified(example: Vector, change: (message: Message) => Message = (message) => message): boolean {
  const {
    label,
    alg,
    key,
    message,
    signatureInput: text,
    signatureBase64,
  } = example as unknown as Record<string, string> & { message: Message };
  const field = readSignatureField([`${label}=${text}`]);
  const input = field && signatureInput(field, label as string);
  if (input === undefined || !input.components.areSupported) return false;
  const built = signatureBase(input, messageOf(change(message)));
  if (!('base' in built)) return false;
  const imported = keyOf(alg as string, key as string);
  const signature = Buffer.from(signatureBase64 as string, 'base64');
  return verifyHttpSignature(alg as HttpSignatureAlgorithm, imported, built.base, signature);
}

const published = vectors('http-signatures/');

describe('RFC 9421, appendix B.2', () => {
  const examples = () =>
    published.files.flatMap(
      (file) => Object.values(file).filter((each) => typeof each === 'object') as Vector[],
    );

  published.run('each base is built, and each signature verified', () => {
    expect(examples()).toHaveLength(6);
    for (const example of examples()) {
      const {
        label,
        message,
        signatureInput: text,
        signatureBase: base,
      } = example as unknown as {
        label: string;
        message: Message;
        signatureInput: string;
        signatureBase: string;
      };
      const field = readSignatureField([`${label}=${text}`]);
      const input = signatureInput(field as never, label);
      expect(signatureBase(input as never, messageOf(message))).toEqual({ base });
      expect([label, verified(example)]).toEqual([label, true]);
    }
  });

  published.run('a change of what is covered is noticed, in each that covers it', () => {
    const changes: ((message: Message) => Message)[] = [
      (message) => ({ ...message, method: 'PUT' }),
      (message) => ({ ...message, url: `${message.url}&x` }),
      (message) => ({ ...message, status: 201 }),
      ...['Host', 'Date', 'Content-Type', 'Content-Length', 'Content-Digest'].map(
        (name) => (message: Message) => ({
          ...message,
          headers: { ...message.headers, [name]: `${message.headers[name]}1` },
        }),
      ),
    ];
    const noticed = examples().map((example) =>
      changes.map((change) => (verified(example, change) ? '-' : 'x')).join(''),
    );
    expect(noticed).toEqual(['--------', '---x---x', 'xx-xxxxx', '--x--xxx', '---xxx--', 'x--xxxx-']);
  });

  published.run('the digest is the body’s', () => {
    for (const { message } of examples() as unknown as { message: Message }[]) {
      const digests = readContentDigest([message.headers['Content-Digest'] as string]) ?? [];
      expect(digests).toHaveLength(1);
      expect(isDigestOf(digests, Buffer.from(message.body))).toBe(true);
      expect(isDigestOf(digests, Buffer.from(`${message.body} `))).toBe(false);
    }
  });
});
