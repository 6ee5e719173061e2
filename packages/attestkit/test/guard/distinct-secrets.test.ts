import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { approov, approovKeys } from '../../src/approov/index.js';
import { createGuard, type GuardOptions } from '../../src/create-guard.js';
import { devices, type DevicesOptions } from '../../src/devices/index.js';
import { ConfigurationError } from '../../src/kernel/errors.js';
import { playIntegrity, playIntegrityKeys } from '../../src/play-integrity/index.js';
import { memoryStore } from '../../src/stores/memory.js';
import { newSecret } from '../sessions/support/backend.js';
import { vouching } from '../sessions/support/vouching.js';
import { base32, uuid } from '../kernel/support/random-secrets.js';

const bytes = randomBytes(32);
const [base64, base64url] = [bytes.toString('base64'), bytes.toString('base64url')];

function problem({ evidence, ...ofDevices }: Changes): string {
  try {
    createGuard({
      evidence: evidence ?? [approov({ secretBase64: base64 })],
      accept: ['session'],
      devices: devices({
        evidence: [vouching()],
        store: memoryStore(),
        secret: newSecret(),
        ...withEvidence(ofDevices),
      }),
    });
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message;
    throw error;
  }
  return 'none';
}

type Changes = Pick<GuardOptions, 'evidence'> &
  Partial<Pick<DevicesOptions, 'secret' | 'hashKey'>> & { readonly enrollment?: DevicesOptions['evidence'] };

function withEvidence({ enrollment, ...more }: Changes): Partial<DevicesOptions> {
  return { ...more, ...(enrollment && { evidence: enrollment }) } as Partial<DevicesOptions>;
}

describe('a secret that has two uses', () => {
  it('is not one that differs', () => {
    expect(problem({})).toBe('none');
    expect(problem({ secret: [newSecret(), newSecret()], hashKey: newSecret() })).toBe('none');
  });

  it.each<[string, string]>([
    ['in base64', base64],
    ['in base64 without padding', base64.replace(/=+$/, '')],
    ['in base64url', base64url],
    ['in hexadecimal', bytes.toString('hex')],
    ['in hexadecimal capitals', bytes.toString('hex').toUpperCase()],
    ['in base32', base32(bytes)],
    ['in base32, small', base32(bytes).toLowerCase()],
    ['encoded twice', Buffer.from(bytes.toString('hex')).toString('base64')],
  ])('of Approov and of sessions %s fails at start-up', (_, text) => {
    const message = /^devices\.secret uses a secret that evidence uses too\. Make another one/;
    expect(problem({ secret: text })).toMatch(message);
    expect(problem({ secret: [newSecret(), text] })).toMatch(message);
    const byUrl = [approov({ secretBase64url: [randomBytes(32).toString('base64url'), base64url] })];
    expect(problem({ evidence: byUrl, secret: text })).toMatch(message);
    const byKeys = [approov({ keys: approovKeys({ secretBase64: base64 }) })];
    expect(problem({ evidence: byKeys, secret: text })).toMatch(message);
    expect(problem({ hashKey: text })).toMatch(/^devices\.hashKey uses a secret that evidence uses too/);
    expect(problem({ secret: text })).not.toContain(text);
  });

  it('is found where Approov has the text of the other', () => {
    const text = newSecret();
    const evidence = [approov({ secretBase64: Buffer.from(text).toString('base64') })];
    expect(problem({ evidence, secret: text })).toMatch(
      /^devices\.secret uses a secret that evidence uses too/,
    );
  });

  it('of sessions and of hashes fails at start-up', () => {
    const id = uuid(randomBytes(16));
    expect(problem({ secret: id, hashKey: id.replaceAll('-', '') })).toMatch(
      /^devices\.hashKey .* devices\.secret uses too/,
    );
    expect(problem({ secret: [newSecret(), id], hashKey: id })).toMatch(
      /^devices\.hashKey .* devices\.secret uses too/,
    );
  });

  it('of evidence for enrollment fails at start-up as well', () => {
    const decryptionKey = bytes.toString('base64');
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const verificationKey = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
    const keys = playIntegrityKeys({ decryptionKey, verificationKey });
    const acceptedCertificates = [randomBytes(32).toString('base64url')];
    const apps = [{ packageName: 'com.example.app', acceptedCertificates, keys }];
    const enrollment = [playIntegrity({ apps })];
    expect(problem({ enrollment })).toMatch(
      /^devices\.evidence \(playIntegrity\) uses a secret that evidence uses too/,
    );
    expect(problem({ enrollment, evidence: [], secret: bytes.toString('hex') })).toMatch(
      /^devices\.secret uses a secret that devices\.evidence \(playIntegrity\) uses too/,
    );
    expect(problem({ enrollment, evidence: [] })).toBe('none');
  });

  it('is no fault where two headers have tokens of one account', () => {
    const other = { ...approov({ secretBase64: base64, header: 'x-other' }), kind: 'other' as const };
    expect(problem({ evidence: [approov({ secretBase64: base64 }), other] })).toBe('none');
  });

  it('is not looked for by asking a source of keys', () => {
    const asked: unknown[] = [];
    const keys = {
      algorithms: ['HS256'] as const,
      candidates: (kid: string | undefined) => (asked.push(kid), []),
      includes: () => false,
    };
    expect(problem({ evidence: [approov({ keys })] })).toBe('none');
    expect(asked).toEqual([]);
  });
});

describe('two entries of one list', () => {
  it.each<[string, Changes]>([
    ['alike', { secret: [base64url, base64url] }],
    ['in two encodings', { secret: [base64url, bytes.toString('hex')] }],
    ['and one between', { secret: [base32(bytes), newSecret(), base64] }],
  ])('are refused where they are the same, %s', (_, options) => {
    expect(problem({ evidence: [], ...options })).toMatch(/^devices\.secret has the same secret twice/);
  });

  it('are refused of Approov, also where one is the text of the other', () => {
    const hex = Buffer.from(bytes.toString('hex')).toString('base64');
    expect(() => approovKeys({ secretBase64: [base64, hex] })).toThrow('the same secret twice');
  });
});
