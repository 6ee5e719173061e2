import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  replacementBytes,
  requestBytes,
  sessionBytes,
  type SignedRequest,
} from '../../src/sessions/evidence/signed-bytes.js';
import { refused } from './support/refusal.js';

const REQUEST: SignedRequest = {
  audience: 'https://api.example.com',
  method: 'POST',
  target: '/v1/transfers?dry=true',
  body: Buffer.from('{"amount":100}'),
};
const EXCHANGE = { audience: 'https://api.example.com', deviceId: 'phone-1', challenge: 'AQID' };
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8');
const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');

describe('the bytes of a signed request', () => {
  it('are six lines', () => {
    expect(text(requestBytes({ ...REQUEST, challenge: 'AQID' }))).toBe(
      [
        'attestkit-request-v1',
        'https://api.example.com',
        'POST',
        '/v1/transfers?dry=true',
        'TUu-Wcaq0iRCzeGZpqil8DRAX814-1qBwk7ySd4cRfE',
        'AQID',
      ].join('\n'),
    );
  });

  it('end with an empty line where there is no challenge, and digest an empty body', () => {
    const bytes = requestBytes({ ...REQUEST, method: 'GET', target: '/', body: new Uint8Array() });
    expect(text(bytes)).toBe(
      'attestkit-request-v1\nhttps://api.example.com\nGET\n/\n47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU\n',
    );
  });

  it('have the digest that the documentation gives', () => {
    expect(sha256(requestBytes({ ...REQUEST, challenge: 'AQID' }))).toBe(
      'c4940f62312630a880647ee3e86c223cc55985be0daa5c41a5a385d498385487',
    );
    expect(sha256(requestBytes(REQUEST))).toBe(
      'a7abc99ff7e16acc600d6be2809774bf32e88ddb29175187aa5cc366c5d61e57',
    );
  });

  it('take the audience as UTF-8', () => {
    expect(text(requestBytes({ ...REQUEST, audience: 'Zürich' })).split('\n')[1]).toBe('Zürich');
  });

  it('differ where any part does', () => {
    const all = [
      REQUEST,
      { ...REQUEST, audience: 'https://api.example.com/' },
      { ...REQUEST, method: 'post' },
      { ...REQUEST, method: 'PUT' },
      { ...REQUEST, target: '/v1/transfers?dry=true&' },
      { ...REQUEST, target: '/v1/transfers' },
      { ...REQUEST, target: '/V1/transfers?dry=true' },
      { ...REQUEST, target: '/v1/%74ransfers?dry=true' },
      { ...REQUEST, body: Buffer.from('{"amount":101}') },
      { ...REQUEST, body: Buffer.from('{"amount": 100}') },
      { ...REQUEST, body: new Uint8Array() },
      { ...REQUEST, challenge: 'AQID' },
      { ...REQUEST, challenge: 'AQIE' },
    ];
    expect(new Set(all.map((each) => sha256(requestBytes(each)))).size).toBe(all.length);
  });

  it.each([
    ['an audience with a line break', { audience: 'a\nPOST' }],
    ['an audience with a carriage return', { audience: 'a\r' }],
    ['an empty audience', { audience: '' }],
    ['a method with a line break', { method: 'POST\n/v1/other' }],
    ['an empty method', { method: '' }],
    ['a method with a space', { method: 'PO ST' }],
    ['a target with a line break', { target: '/a\n47DE' }],
    ['a target with a space', { target: '/a b' }],
    ['a target with a byte that is not ASCII', { target: '/\xfc' }],
    ['an empty target', { target: '' }],
    ['a challenge with a line break', { challenge: 'AQID\n' }],
    ['an empty challenge', { challenge: '' }],
    ['a challenge with a NUL', { challenge: 'AQ\0' }],
  ])('are not made of %s', (_, part) => {
    expect(refused(() => requestBytes({ ...REQUEST, ...part }))).toBe('ERR_ASSERTION_LINES_MALFORMED');
  });
});

describe('the bytes of an exchange', () => {
  it('are four lines, or five, under a label of their own', () => {
    const rest = '\nhttps://api.example.com\nphone-1\nAQID';
    expect(text(sessionBytes(EXCHANGE))).toBe(`attestkit-session-v1${rest}`);
    const keyId = 'A'.repeat(43);
    expect(text(replacementBytes({ ...EXCHANGE, keyId }))).toBe(`attestkit-replace-v1${rest}\n${keyId}`);
    expect(text(replacementBytes({ ...EXCHANGE, keyId: undefined }))).toBe(`attestkit-replace-v1${rest}\n`);
  });

  it.each([
    ['an audience with a line break', { audience: 'a\nb' }],
    ['an empty audience', { audience: '' }],
    ['a device id with a line break', { deviceId: 'phone-1\nAQID' }],
    ['an empty device id', { deviceId: '' }],
    ['an empty challenge', { challenge: '' }],
    ['a challenge with a line break', { challenge: '\n' }],
  ])('are not made of %s', (_, part) => {
    for (const make of [sessionBytes, replacementBytes])
      expect(refused(() => make({ keyId: undefined, ...EXCHANGE, ...part }))).toBe(
        'ERR_ASSERTION_LINES_MALFORMED',
      );
  });
});
