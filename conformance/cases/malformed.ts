import { gzipSync } from 'node:zlib';
import { PREFIX } from '../servers/backend.js';
import { post } from '../devices/device.js';
import type { FieldLine, WireRequest } from '../wire/message.js';

const CODINGS: readonly FieldLine[] = [['Content-Encoding', 'gzip']];
const typed = (value: string): FieldLine => ['Content-Type', value];

/** Requests for challenges that are none. */
export const badQueries: Readonly<Record<string, readonly [query: string, code: string]>> = {
  'no device_id': ['', 'ERR_ENROLLMENT_DEVICE_ID_MALFORMED'],
  'an empty device_id': ['?device_id=', 'ERR_ENROLLMENT_DEVICE_ID_MALFORMED'],
  'two of them': ['?device_id=a&device_id=a', 'ERR_ENROLLMENT_DEVICE_ID_MALFORMED'],
  'two of them, one escaped': ['?device_id=a&devic%65_id=b', 'ERR_ENROLLMENT_DEVICE_ID_MALFORMED'],
  'one with a space': ['?device_id=a%20b', 'ERR_ENROLLMENT_DEVICE_ID_MALFORMED'],
  'one with a line break': ['?device_id=a%0Ab', 'ERR_ENROLLMENT_DEVICE_ID_MALFORMED'],
  'one that is not ASCII': ['?device_id=%C3%A9', 'ERR_ENROLLMENT_DEVICE_ID_MALFORMED'],
  'one of 129 characters': [`?device_id=${'a'.repeat(129)}`, 'ERR_ENROLLMENT_DEVICE_ID_MALFORMED'],
  'one under another name': ['?deviceId=a', 'ERR_ENROLLMENT_DEVICE_ID_MALFORMED'],
  'an unknown purpose': ['?device_id=a&purpose=any', 'ERR_ENROLLMENT_PURPOSE_UNKNOWN'],
  'two purposes': ['?device_id=a&purpose=attest&purpose=assert', 'ERR_ENROLLMENT_PURPOSE_UNKNOWN'],
};

/** Bodies that are no proper JSON object; a strict parser in front may be first to say so. */
export const badBodies: Readonly<
  Record<string, readonly [request: WireRequest, code: string, status?: 413]>
> = {
  'no body': [
    { method: 'POST', target: `${PREFIX}/attest`, headers: [typed('application/json')] },
    'ERR_ENROLLMENT_BODY_MALFORMED',
  ],
  'no type': [
    { method: 'POST', target: `${PREFIX}/attest`, body: Buffer.from('{}') },
    'ERR_ENROLLMENT_MEDIA_TYPE_UNSUPPORTED',
  ],
  text: [post('attest', '{}', typed('text/plain')), 'ERR_ENROLLMENT_MEDIA_TYPE_UNSUPPORTED'],
  'a form': [
    post('attest', 'device_id=a', typed('application/x-www-form-urlencoded')),
    'ERR_ENROLLMENT_MEDIA_TYPE_UNSUPPORTED',
  ],
  'a type that is like JSON': [
    post('attest', '{}', typed('application/json-patch+json')),
    'ERR_ENROLLMENT_MEDIA_TYPE_UNSUPPORTED',
  ],
  'another charset': [
    post('attest', '{}', typed('application/json; charset=utf-16')),
    'ERR_ENROLLMENT_MEDIA_TYPE_UNSUPPORTED',
  ],
  compressed: [post('attest', gzipSync('{}'), ...CODINGS), 'ERR_ENROLLMENT_MEDIA_TYPE_UNSUPPORTED'],
  'cut short': [post('attest', '{"device_id":'), 'ERR_ENROLLMENT_BODY_MALFORMED'],
  'two values': [post('attest', '{}{}'), 'ERR_ENROLLMENT_BODY_MALFORMED'],
  'an array': [post('attest', '[]'), 'ERR_ENROLLMENT_BODY_MALFORMED'],
  'a name twice': [post('attest', '{"device_id":"a","device_id":"a"}'), 'ERR_ENROLLMENT_BODY_MALFORMED'],
  'a name twice, one escaped': [
    post('attest', String.raw`{"device_id":"a","device\u005fid":"b"}`),
    'ERR_ENROLLMENT_BODY_MALFORMED',
  ],
  'bytes that are not UTF-8': [
    post('attest', Buffer.from('{"device_id":"\xff"}', 'latin1')),
    'ERR_ENROLLMENT_BODY_MALFORMED',
  ],
  'a byte order mark': [post('attest', '\ufeff{}'), 'ERR_ENROLLMENT_BODY_MALFORMED'],
  'nested 10,000 deep': [
    post('attest', `{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`),
    'ERR_ENROLLMENT_BODY_MALFORMED',
  ],
  'of very many members': [
    post('attest', JSON.stringify(Object.fromEntries(Array.from({ length: 65 }, (_, at) => [`m${at}`, 1])))),
    'ERR_ENDPOINT_MEMBERS_TOO_LARGE',
    413,
  ],
  'too large': [post('attest', `{"a":"${'a'.repeat(66_000)}"}`), 'ERR_ENROLLMENT_BODY_TOO_LARGE', 413],
  'too large, in chunks': [
    { ...post('attest', ''), body: [Buffer.from('{"a":"'), Buffer.alloc(66_000, 'a'), Buffer.from('"}')] },
    'ERR_ENROLLMENT_BODY_TOO_LARGE',
    413,
  ],
  'more members than any genuine one': [
    post('attest', Object.fromEntries(Array.from({ length: 65 }, (_, at) => [`${at}`, at]))),
    'ERR_ENDPOINT_MEMBERS_TOO_LARGE',
    413,
  ],
  'no members': [post('attest', '{}'), 'ERR_ENROLLMENT_MEMBERS_MALFORMED'],
  'a member of another type': [
    post('attest', { device_id: ['a'], challenge: 'c' }),
    'ERR_ENROLLMENT_MEMBERS_MALFORMED',
  ],
  'a member of the prototype': [
    post('attest', '{"__proto__":{"device_id":"a","challenge":"c"}}'),
    'ERR_ENROLLMENT_MEMBERS_MALFORMED',
  ],
  'a device_id that is none': [
    post('attest', { device_id: 'a b', challenge: 'c' }),
    'ERR_ENROLLMENT_DEVICE_ID_MALFORMED',
  ],
  'no evidence': [post('attest', { device_id: 'a', challenge: 'c' }), 'ERR_ENROLLMENT_EVIDENCE_MALFORMED'],
  'evidence of another type': [
    post('attest', { device_id: 'a', challenge: 'c', key_id: 1, attestation: 'a' }),
    'ERR_ENROLLMENT_MEMBERS_MALFORMED',
  ],
  'evidence of two kinds': [
    post('attest', { device_id: 'a', challenge: 'c', attestation: 'a', certificate_chain: ['a'] }),
    'ERR_ENROLLMENT_EVIDENCE_MALFORMED',
  ],
  'a chain that is no list': [
    post('attest', { device_id: 'a', challenge: 'c', certificate_chain: 'a' }),
    'ERR_ENROLLMENT_MEMBERS_MALFORMED',
  ],
  'a chain with something else in it': [
    post('attest', { device_id: 'a', challenge: 'c', certificate_chain: ['a', 1] }),
    'ERR_ENROLLMENT_MEMBERS_MALFORMED',
  ],
  'a list of integrity tokens': [
    post('attest', { device_id: 'a', challenge: 'c', integrity_token: ['a'] }),
    'ERR_ENROLLMENT_MEMBERS_MALFORMED',
  ],
  'no refresh token': [post('refresh', {}), 'ERR_ENROLLMENT_MEMBERS_MALFORMED'],
  'no assertion': [post('assert', { device_id: 'a', challenge: 'c' }), 'ERR_ENROLLMENT_MEMBERS_MALFORMED'],
  'no token to revoke': [post('revoke', {}), 'ERR_ENROLLMENT_MEMBERS_MALFORMED'],
};
