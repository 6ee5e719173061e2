import { createPublicKey } from 'node:crypto';
import { describe, expect } from 'vitest';
import {
  verifyHttpSignature,
  type HttpSignatureAlgorithm,
} from '../../../src/kernel/http-signatures/algorithms.js';
import { readTarget, type SignedMessage } from '../../../src/kernel/http-signatures/components.js';
import {
  readSignatureField,
  signatureBase,
  signatureInput,
} from '../../../src/kernel/http-signatures/signature-base.js';
import { vectors, type Vector } from '../../vectors.js';

// The requests of RFC 9421, appendix B.3 and B.4. Their keys are those of appendix B.2.
const published = vectors('http-signatures/');

interface Request {
  readonly method: string;
  readonly uri: string;
  readonly fields: Readonly<Record<string, readonly string[]>>;
}

function verified(
  { method, uri, fields }: Request,
  input: string,
  signature: string,
  algorithm: HttpSignatureAlgorithm,
): boolean {
  const examples = published.files.flatMap((file) =>
    Object.values(file).filter((each) => typeof each === 'object'),
  );
  const { key } = (examples as Vector[]).find(({ alg }) => alg === algorithm) as unknown as { key: string };
  const message: SignedMessage = { method, target: readTarget(uri), fields: (name) => fields[name] ?? [] };
  const field = readSignatureField([`a=${input}`]) as never;
  const built = signatureBase(signatureInput(field, 'a') as never, message) as { base: string };
  return verifyHttpSignature(algorithm, createPublicKey(key), built.base, Buffer.from(signature, 'base64'));
}

describe('RFC 9421, appendix B.3: a proxy that ends TLS', () => {
  const INPUT =
    '("@path" "@query" "@method" "@authority" "client-cert");created=1618884473;keyid="test-key-ecc-p256"';
  const SIGNATURE =
    'xVMHVpawaAC/0SbHrKRs9i8I3eOs5RtTMGCWXm/9nvZzoHsIg6Mce9315T6xoklyy0yzhD9ah4JHRwMLOgmizw==';
  const CERTIFICATE = [
    'MIIBqDCCAU6gAwIBAgIBBzAKBggqhkjOPQQDAjA6MRswGQYDVQQKDBJMZXQncyBBdXRoZW50aWNhdGUxGzAZBgNVBAMMEkxB',
    'IEludGVybWVkaWF0ZSBDQTAeFw0yMDAxMTQyMjU1MzNaFw0yMTAxMjMyMjU1MzNaMA0xCzAJBgNVBAMMAkJDMFkwEwYHKoZI',
    'zj0CAQYIKoZIzj0DAQcDQgAE8YnXXfaUgmnMtOXU/IncWalRhebrXmckC8vdgJ1p5Be5F/3YC8OthxM4+k1M6aEAEFcGzkJi',
    'Ny6J84y7uzo9M6NyMHAwCQYDVR0TBAIwADAfBgNVHSMEGDAWgBRm3WjLa38lbEYCuiCPct0ZaSED2DAOBgNVHQ8BAf8EBAMC',
    'BsAwEwYDVR0lBAwwCgYIKwYBBQUHAwIwHQYDVR0RAQH/BBMwEYEPYmRjQGV4YW1wbGUuY29tMAoGCCqGSM49BAMCA0gAMEUC',
    'IBHda/r1vaL6G3VliL4/Di6YK0Q6bMjeSkC3dFCOOB8TAiEAx/kHSB4urmiZ0NX5r5XarmPk0wmuydBVoU4hBVZ1yhk=',
  ].join('');

  published.run('verifies, and not for another host or certificate', () => {
    const sent: Request = {
      method: 'POST',
      uri: 'https://service.internal.example/foo?param=Value&Pet=dog',
      fields: { 'client-cert': [`:${CERTIFICATE}:`] },
    };
    const check = (request: Request): boolean => verified(request, INPUT, SIGNATURE, 'ecdsa-p256-sha256');
    expect(check(sent)).toBe(true);
    expect(check({ ...sent, uri: sent.uri.replace('internal', 'external') })).toBe(false);
    expect(check({ ...sent, fields: { 'client-cert': [`:${CERTIFICATE.replace('B', 'C')}:`] } })).toBe(false);
  });
});

describe('RFC 9421, appendix B.4: a request that was transformed', () => {
  const INPUT = '("@method" "@path" "@authority" "accept");created=1618884473;keyid="test-key-ed25519"';
  const SIGNATURE =
    'ZT1kooQsEHpZ0I1IjCqtQppOmIqlJPeo7DHR3SoMn0s5JZ1eRGS0A+vyYP9t/LXlh5QMFFQ6cpLt2m0pmj3NDA==';
  const sent: Request = {
    method: 'GET',
    uri: 'https://example.org/demo?name1=Value1&Name2=value2',
    fields: { accept: ['application/json', '*/*'] },
  };
  const check = (change: Partial<Request>): boolean =>
    verified({ ...sent, ...change }, INPUT, SIGNATURE, 'ed25519');

  published.run('verifies where nothing that is covered has another meaning', () => {
    expect(check({})).toBe(true);
    const more = { ...sent.fields, 'accept-language': ['en-US,en;q=0.5'] };
    expect(check({ uri: `${sent.uri}&param=added`, fields: more })).toBe(true);
    expect(check({ fields: { accept: ['application/json, */*'] } })).toBe(true);
    expect(check({ fields: { accept: [' application/json ', '*/*\t'] } })).toBe(true);
  });

  published.run(
    'does not verify with another method in any case, another host, or fields in another order',
    () => {
      expect(check({ method: 'POST', uri: 'https://example.com/demo?name1=Value1&Name2=value2' })).toBe(
        false,
      );
      expect(check({ method: 'get' })).toBe(false);
      expect(check({ uri: 'https://example.com/demo' })).toBe(false);
      expect(check({ fields: { accept: ['*/*', 'application/json'] } })).toBe(false);
    },
  );
});
