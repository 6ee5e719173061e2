import { describe, expect, test } from 'vitest';
import { KIND_NAMES } from '../../../attestkit/src/inspect/kind-table.js';
import { readEvidence } from '../../../attestkit/src/inspect/read-evidence.js';
import { fieldOf, POLICY_DEFAULTS } from '../../src/inspector/input/member-fields.js';
import { keyOf, lasting, readMember, readMembers } from '../../src/inspector/input/member-values.js';
import { recall, remember } from '../../src/inspector/input/remembered.js';
import {
  askedMembers,
  isMore,
  membersFor,
  requestOf,
  wrongMember,
} from '../../src/inspector/input/request.js';

describe('a member', () => {
  test.each([
    ['app-attest-attestation', 'appId', ' TEAMID1234.com.example.app\n', 'TEAMID1234.com.example.app'],
    ['app-attest-assertion', 'previousCounter', '0', 0],
    ['app-attest-assertion', 'clientDataText', 'a\nb', 'a\nb'],
    ['app-check', 'allowDebugProvider', 'true', true],
    ['app-check', 'allowDebugProvider', 'false', false],
    ['key-attestation', 'policy', '{"verifiedBoot":"required"}', { verifiedBoot: 'required' }],
    ['key-attestation', 'apps', '[{"packageName":"com.example.app"}]', [{ packageName: 'com.example.app' }]],
    ['approov-token', 'issuer', 'a', 'a'],
    ['approov-token', 'issuer', '["a","b"]', ['a', 'b']],
    ['approov-token', 'publicKey', '{"kty":"EC"}', { kty: 'EC' }],
    ['approov-token', 'publicKey', '-----BEGIN PUBLIC KEY-----', '-----BEGIN PUBLIC KEY-----'],
  ] as const)('of %s, %s: %j', (kind, member, text, value) => {
    expect(readMember(kind, member, text)).toEqual({ value });
  });

  test.each(['', ' ', '\n'])('is not given by %j', (text) => {
    expect(readMember('key-attestation', 'policy', text)).toEqual({});
  });

  test.each([
    ['key-attestation', 'policy', '{verifiedBoot: 1}'],
    ['key-attestation', 'roots', '["a",]'],
    ['play-integrity', 'expect', 'com.example.app'],
    ['approov-token', 'issuer', '["a"'],
    ['app-attest-assertion', 'previousCounter', 'three'],
    ['app-attest-assertion', 'previousCounter', 'Infinity'],
  ] as const)('of %s, %s: %j is a problem at once', (kind, member, text) => {
    const read = readMember(kind, member, text);
    expect(read.value).toBeUndefined();
    expect(read.problem).toMatch(/^This is not (JSON|a number)/);
  });

  test('that is a name of every object is a text', () => {
    expect(fieldOf('approov-token', 'constructor')).toEqual({ as: 'text' });
    expect(fieldOf('approov-token', '__proto__')).toEqual({ as: 'text' });
  });

  test('the environment is a choice of its kind', () => {
    expect(fieldOf('app-attest-attestation', 'environment').choices).toEqual(['production', 'development']);
    expect(fieldOf('app-attest-receipt', 'environment').choices).toEqual(['production', 'sandbox']);
    expect(fieldOf('approov-token', 'environment').choices).toBeUndefined();
  });

  test('a policy shows its defaults, in JSON', () => {
    for (const kind of ['key-attestation', 'play-integrity'] as const)
      expect(JSON.parse(fieldOf(kind, 'policy').placeholder ?? '')).toEqual(POLICY_DEFAULTS[kind]);
    expect(fieldOf('approov-token', 'policy').placeholder).toBe('{}');
  });

  test('several are read apart from those with a problem', () => {
    const written = { appId: 'T.a', 'key-attestation:policy': '{', challengeText: '' };
    expect(readMembers('key-attestation', ['appId', 'policy', 'challengeText'], written)).toEqual({
      members: { appId: 'T.a' },
      problems: { policy: expect.stringMatching(/^This is not JSON/) },
    });
  });
});

describe('what is kept', () => {
  test('of one piece of evidence does not go to the next', () => {
    const written = {
      appId: 'T.a',
      challengeText: 'c',
      keyId: 'k',
      'app-attest-assertion:publicKey': 'p',
      'key-attestation:policy': '{}',
      secretBase64: 's',
      binding: 'b',
    };
    expect(lasting(written)).toEqual({ appId: 'T.a', 'key-attestation:policy': '{}', secretBase64: 's' });
  });

  test('a policy belongs to its kind', () => {
    expect(keyOf('key-attestation', 'policy')).not.toBe(keyOf('play-integrity', 'policy'));
    expect(keyOf('app-attest-attestation', 'appId')).toBe(keyOf('app-attest-assertion', 'appId'));
  });

  test('comes back from the storage', () => {
    const kept = new Map<string, string>();
    const storage = {
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, value: string) => void kept.set(name, value),
      removeItem: (name: string) => void kept.delete(name),
    };
    remember(storage, { appId: 'T.a', empty: '' });
    expect(recall(storage)).toEqual({ appId: 'T.a' });
    remember(storage, {});
    expect(kept.size).toBe(0);
    expect(recall(storage)).toEqual({});
  });

  test.each(['[]', 'null', '1', '{', '"a"'])('nothing is read of %s', (value) => {
    expect(recall({ getItem: () => value })).toEqual({});
  });

  test('only texts are read', () => {
    expect(recall({ getItem: () => '{"appId":{"a":1},"keyId":"k"}' })).toEqual({ keyId: 'k' });
  });

  test('a storage that is missing, full or forbidden is no matter', () => {
    const forbidden = (): never => {
      throw new Error('forbidden');
    };
    expect(recall(undefined)).toEqual({});
    expect(recall({ getItem: forbidden })).toEqual({});
    expect(() => remember({ setItem: forbidden, removeItem: forbidden }, { a: 'b' })).not.toThrow();
    expect(() => remember(undefined, { a: 'b' })).not.toThrow();
  });
});

describe('a request', () => {
  const settings = { kind: undefined, asOf: { of: 'evidence' }, written: {} } as const;
  const takes = [
    { member: 'attestation', give: 'it', given: true },
    { member: 'appId', give: 'the app', given: false },
    { member: 'challengeText', give: 'it', or: ['challenge'], given: false },
    { member: 'at', given: false },
    { member: 'roots', given: true },
  ];
  const read = { kind: 'app-attest-attestation', title: 'App Attest attestation', takes } as const;

  test('has only what was chosen', () => {
    expect(requestOf({ text: 'eyJ', size: 3 }, settings, {}, 0)).toEqual({ evidence: 'eyJ' });
  });

  test('has bytes in base64, the kind, the time and members', () => {
    const chosen = { ...settings, kind: 'app-attest-receipt', asOf: { of: 'now' } } as const;
    expect(requestOf({ text: '', bytes: '/w==', size: 1 }, chosen, { appId: 'T.a' }, 0)).toEqual({
      evidence: '/w==',
      encoding: 'base64',
      kind: 'app-attest-receipt',
      at: '1970-01-01T00:00:00.000Z',
      members: { appId: 'T.a' },
    });
  });

  test('asks for members that are missing, and for none that the evidence has, nor for the time', () => {
    expect(askedMembers(read, {}).map(({ member }) => member)).toEqual(['appId', 'challengeText']);
    expect(askedMembers(read, { roots: [] }).map(({ member }) => member)).toEqual([
      'appId',
      'challengeText',
      'roots',
    ]);
  });

  test('sends what was written of these, and nothing else', () => {
    const written = { appId: 'T.a', challenge: 'AQ==', attestation: 'x', policy: '{}', roots: '[]' };
    expect(membersFor(read, {}, written)).toEqual({ appId: 'T.a', challenge: 'AQ==' });
    expect(membersFor(undefined, {}, written)).toEqual({});
    expect(wrongMember(read, {}, written)).toBeUndefined();
  });

  test.each([
    ['["MIIC",]', 'The member roots cannot be read. This is not JSON'],
    ['["MIIC"]', undefined],
    ['', undefined],
  ])('says of roots as %j what is wrong', (text, expected) => {
    const says = wrongMember(read, { roots: [] }, { [`${read.kind}:roots`]: text });
    if (expected === undefined) expect(says).toBeUndefined();
    else expect(says).toContain(expected);
  });

  test('is sent again only if there is more', () => {
    expect(isMore({ appId: 'T.a' }, {})).toBe(true);
    expect(isMore({}, {})).toBe(false);
  });

  test('a member that the library takes as an object or a list is asked for in JSON', () => {
    const objects = [
      'policy',
      'apps',
      'roots',
      'jwks',
      'expect',
      'revocationList',
      'category',
      'headers',
      'payload',
    ];
    for (const kind of KIND_NAMES) {
      const members = readEvidence({ kind }).takes.map(({ member }) => member);
      for (const member of members.filter((each) => objects.includes(each)))
        expect(fieldOf(kind, member).as).toBe('json');
    }
  });
});
