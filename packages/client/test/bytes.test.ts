import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { requestBytes, sessionBytes } from 'attestkit/sessions';
import { assert, integer, property, string, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyIdOfLeaf } from '../src/attesters/leaf-key-id.js';
import { asBase64url, base64url, decodeBase64 } from '../src/bytes/base64.js';
import { sha256 } from '../src/bytes/sha256.js';
import { utf8 } from '../src/bytes/utf8.js';
import { requestLines, sessionLines } from '../src/protocol/lines.js';
import { platforms } from './support/server.js';

describe('bytes', () => {
  it('have the SHA-256 of Node', () => {
    for (const length of [0, 1, 3, 55, 56, 63, 64, 65, 119, 120, 128, 1000, 100_000]) {
      const bytes = randomBytes(length);
      expect(Buffer.from(sha256(bytes)).toString('hex')).toBe(
        createHash('sha256').update(bytes).digest('hex'),
      );
    }
  });

  it('are the UTF-8 of Node, lone surrogates too', () => {
    const text = string({
      unit: integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
    });
    assert(
      property(text, (each) => {
        expect(Buffer.from(utf8(each))).toEqual(Buffer.from(new TextEncoder().encode(each)));
      }),
    );
    expect(Buffer.from(utf8('😀ä\ud83d'))).toEqual(Buffer.from(new TextEncoder().encode('😀ä\ud83d')));
  });

  it('are in base64url and back as Node has them', () => {
    assert(
      property(uint8Array(), (bytes) => {
        const buffer = Buffer.from(bytes);
        expect(base64url(bytes)).toBe(buffer.toString('base64url'));
        expect(asBase64url(buffer.toString('base64'))).toBe(buffer.toString('base64url'));
        expect(Buffer.from(decodeBase64(buffer.toString('base64')) ?? [])).toEqual(buffer);
      }),
    );
    for (const text of ['a', 'ab!c', 'äöü=', 'abcde']) expect(decodeBase64(text)).toBeUndefined();
  });
});

describe('lines', () => {
  it('are those of the server', () => {
    const request = {
      audience: 'https://a.example',
      method: 'POST',
      target: '/x?y=1',
      body: utf8('ä'),
      challenge: 'AQAB',
    };
    expect(requestLines(request)).toBe(Buffer.from(requestBytes(request)).toString());
    const { challenge, ...without } = request;
    expect(requestLines(without)).toBe(Buffer.from(requestBytes(without)).toString());
    const session = sessionBytes({ audience: 'https://a.example', deviceId: 'd', challenge });
    expect(sessionLines('https://a.example', 'd', challenge)).toBe(Buffer.from(session).toString());
  });
});

describe('the key id of a leaf', () => {
  it('is that of the key on P-256 that the device made', () => {
    const key = platforms.android().generateKey({ challenge: 'x' });
    const [leaf] = key.certificateChain as [Uint8Array];
    const point = Buffer.from(key.publicKey).subarray(-65);
    const expected = createHash('sha256').update(point).digest('base64url');
    expect(keyIdOfLeaf(Buffer.from(leaf).toString('base64'))).toBe(expected);
    expect(keyIdOfLeaf(Buffer.from(leaf).toString('base64url'))).toBe(expected);
  });

  it('is over the whole public key for any other key', () => {
    const key = platforms.android().generateKey({ challenge: 'x', keyType: 'rsa' });
    const [leaf] = key.certificateChain as [Uint8Array];
    expect(keyIdOfLeaf(Buffer.from(leaf).toString('base64'))).toBe(
      createHash('sha256').update(key.publicKey).digest('base64url'),
    );
  });

  it('cannot be had of what is no certificate', () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const spki = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
    for (const text of ['', 'AAAA', 'MIIB', spki, '!'])
      expect(() => keyIdOfLeaf(text)).toThrow(/cannot be read/);
  });
});
