import { sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { developmentAttester } from '../../src/development/index.js';
import type { AttestedKey, Enrolled } from '../../src/ports/enrollment.js';
import { refusal } from '../approov/support/tokens.js';
import { APP, context, installation, PUBLIC_KEY, signed, stranger, token } from './support/tokens.js';

const evidence = developmentAttester({ publicKey: PUBLIC_KEY, appIds: [APP], environment: 'development' });
const { key } = evidence.verify({ development: token() }, context) as Enrolled;
const TEXT = Buffer.from('attestkit-request-v1\nhttps://api.example.com\nGET\n/\n\n');
const verify = (proof: string, text: Uint8Array = TEXT): number | undefined =>
  evidence.proof?.verify({ kind: 'development', appId: APP, key: key as AttestedKey }, text, proof);
const good = signed(TEXT);

describe('a signature', () => {
  it.each(['base64', 'base64url'] as const)('is accepted in %s, and does not count', (encoding) => {
    expect(verify(good.toString(encoding))).toBeUndefined();
  });

  it.each([
    ['nothing', ''],
    ['63 bytes', good.subarray(1).toString('base64')],
    ['65 bytes', Buffer.concat([good, Buffer.of(0)]).toString('base64')],
    ['hexadecimal', good.toString('hex')],
    ['DER', sign('sha256', TEXT, installation.privateKey).toString('base64')],
    ['base64 without padding', good.toString('base64').replaceAll('=', '')],
    ['base64url with padding', `${good.toString('base64url')}==`],
    ['a megabyte', 'A'.repeat(1_048_576)],
  ])('is malformed as %s', (what, proof) => {
    // Without padding it is base64url, unless it has characters of base64 alone.
    const isUrlToo = what === 'base64 without padding' && !/[+/]/.test(proof);
    const isSame = what === 'base64url with padding' && !/[-_]/.test(proof);
    if (isUrlToo || isSame) return;
    expect(refusal(() => verify(proof))).toMatchObject({
      code: 'ERR_DEVELOPMENT_SIGNATURE_ENCODING_MALFORMED',
      stage: 'malformed',
    });
  });

  it.each([
    ['of other bytes', signed('other')],
    ['of another key', signed(TEXT, stranger.privateKey)],
    ['of zeros', Buffer.alloc(64)],
    ['with r and s exchanged', Buffer.concat([good.subarray(32), good.subarray(0, 32)])],
  ])('is refused %s', (_, proof) => {
    expect(refusal(() => verify(proof.toString('base64')))).toMatchObject({
      code: 'ERR_DEVELOPMENT_REQUEST_SIGNATURE_INVALID',
      stage: 'untrusted',
    });
  });

  it('is refused by a key that cannot be read', () => {
    const broken = { kind: 'development', appId: APP, key: { ...(key as AttestedKey), publicKey: 'AAAA' } };
    const run = (): unknown => evidence.proof?.verify(broken, TEXT, good.toString('base64'));
    expect(refusal(run).code).toBe('ERR_DEVELOPMENT_REQUEST_SIGNATURE_INVALID');
  });
});
