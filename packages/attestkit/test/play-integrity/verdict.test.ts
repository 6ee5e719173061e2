import { describe, expect, it } from 'vitest';
import {
  inspectPlayIntegrityVerdict,
  verifyPlayIntegrityVerdict,
  type VerdictExpectations,
} from '../../src/play-integrity/index.js';
import { POLICY_CHECKS, VERDICT_CHECKS } from '../../src/play-integrity/verdict/verdict-checks.js';
import { refusal } from '../approov/support/tokens.js';
import {
  app,
  CLEARED,
  device,
  DIGEST,
  expected,
  HASH,
  NONCE,
  NOW,
  PACKAGE,
  request,
  verdict,
} from './support/tokens.js';

const { nonce: _nonce, ...unbound } = expected;
const standard: VerdictExpectations = { ...unbound, requestHash: HASH };
const byHash = request({ nonce: undefined, requestHash: HASH });
/** JSON leaves out what is undefined. */
const json = (sections: object): unknown => JSON.parse(JSON.stringify(verdict(sections)));

describe('a good verdict', () => {
  it.each([
    ['a classic request', {}, expected],
    ['a standard request', byHash, standard],
    ['a time that is a number', request({ timestampMillis: NOW }), expected],
    ['the oldest time that is allowed', request({ timestampMillis: `${NOW - 600_000}` }), expected],
    ['a time as far ahead as clocks may be', request({ timestampMillis: `${NOW + 60_000}` }), expected],
    ['a padded nonce', request({ nonce: `${NONCE}=` }), expected],
    [
      'a nonce in the other alphabet',
      request({ nonce: '-_-_-_-_-_-_-_-_' }),
      { ...expected, nonce: '+/+/+/+/+/+/+/+/' },
    ],
    ['a nonce that was expected padded', {}, { ...expected, nonce: `${NONCE}=` }],
    [
      'more certificates than one',
      app({ certificateSha256Digest: ['x', DIGEST.toString('base64url')] }),
      expected,
    ],
    ['a padded digest', app({ certificateSha256Digest: [`${DIGEST.toString('base64url')}=`] }), expected],
    ['a version that is a number', app({ versionCode: 42 }), { ...expected, minimumVersionCode: 42 }],
    [
      'a version beyond a double',
      app({ versionCode: '9007199254740993' }),
      { ...expected, minimumVersionCode: 9007199254740993n },
    ],
    [
      'further labels',
      device({ deviceRecognitionVerdict: ['MEETS_STRONG_INTEGRITY', 'MEETS_DEVICE_INTEGRITY', 'NEW'] }),
      expected,
    ],
    ['members that nobody knows', { futureDetails: { x: [1] } }, expected],
  ])('is accepted with %s', (_, sections, rules) => {
    expect(verifyPlayIntegrityVerdict(json(sections), rules).kind).toBe('playIntegrity');
    expect(inspectPlayIntegrityVerdict(json(sections), rules).verdict).toBe('pass');
  });

  it.each([
    [
      'hexadecimal with colons',
      DIGEST.toString('hex')
        .toUpperCase()
        .replace(/..(?=.)/g, '$&:'),
    ],
    ['hexadecimal', DIGEST.toString('hex')],
    ['base64', DIGEST.toString('base64')],
    ['base64url', DIGEST.toString('base64url')],
    ['base64url, padded', `${DIGEST.toString('base64url')}=`],
  ])('matches a pin in %s', (_, pin) => {
    const rules = { ...expected, acceptedCertificates: ['x', pin] };
    expect(verifyPlayIntegrityVerdict(json({}), rules).kind).toBe('playIntegrity');
  });

  it('is held to no certificate where none is pinned', () => {
    const { acceptedCertificates: _pins, ...rules } = expected;
    const sections = app({ certificateSha256Digest: undefined });
    expect(verifyPlayIntegrityVerdict(json(sections), rules).kind).toBe('playIntegrity');
  });

  it('passes through every check, in the order of the catalog', () => {
    const inspection = inspectPlayIntegrityVerdict(json({}), expected);
    const { configured: _configured, age: _age, ...policy } = POLICY_CHECKS;
    expect(inspection.checks.map(({ code }) => code)).toEqual(
      [...Object.values(VERDICT_CHECKS), ...Object.values(policy)].map(({ code }) => code),
    );
  });
});

const CHECKS = { ...VERDICT_CHECKS, ...POLICY_CHECKS };
type Row = readonly [keyof typeof CHECKS, string, unknown, Partial<VerdictExpectations>?];
const nested = (depth: number): unknown => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`);

const REFUSED: readonly Row[] = [
  ['readable', 'nothing', undefined],
  ['readable', 'null', null],
  ['readable', 'a text', JSON.stringify(verdict())],
  ['readable', 'a list', [verdict()]],
  ['readable', 'a member nested 10,000 deep', verdict({ deviceIntegrity: nested(10_000) })],
  ['readable', 'more values than any', verdict({ x: Array.from({ length: 2000 }, () => 0) })],
  ['readable', 'what is no JSON', verdict({ x: 1n })],
  ['requestDetails', 'the wrapper around it', { tokenPayloadExternal: verdict() }],
  ['requestDetails', 'no request details', verdict({ requestDetails: undefined })],
  ['requestDetails', 'request details in a list', verdict({ requestDetails: [verdict()['requestDetails']] })],
  ['requestPackage', 'another app', json(request({ requestPackageName: 'com.evil.app' }))],
  [
    'requestPackage',
    'an app whose name begins alike',
    json(request({ requestPackageName: `${PACKAGE}.evil` })),
  ],
  ['requestPackage', 'another case', json(request({ requestPackageName: PACKAGE.toUpperCase() }))],
  ['requestPackage', 'no app', json(request({ requestPackageName: undefined }))],
  ['requestPackage', 'apps in a list', json(request({ requestPackageName: [PACKAGE] }))],
  ['bindingKind', 'a hash in place of the nonce', json(byHash)],
  ['bindingKind', 'a hash beside the nonce', json(request({ requestHash: HASH }))],
  ['bindingKind', 'an empty hash beside the nonce', json(request({ requestHash: '' }))],
  ['bindingKind', 'neither', json(request({ nonce: undefined }))],
  ['bindingKind', 'a nonce in a list', json(request({ nonce: [NONCE] }))],
  ['bindingKind', 'a nonce of null', json(request({ nonce: null }))],
  ['binding', 'another nonce', json(request({ nonce: 'x'.repeat(43) }))],
  ['binding', 'an empty nonce', json(request({ nonce: '' }))],
  ['binding', 'a nonce that goes on', json(request({ nonce: `${NONCE}A` }))],
  ['binding', 'a nonce that was cut', json(request({ nonce: NONCE.slice(0, -1) }))],
  ['binding', 'a nonce with a space', json(request({ nonce: `${NONCE} ` }))],
  ['timestamp', 'no time', json(request({ timestampMillis: undefined }))],
  ['timestamp', 'a time under another name', json(request({ timestampMillis: undefined, timestampMs: NOW }))],
  ['timestamp', 'a date', json(request({ timestampMillis: '2026-06-01T12:00:00Z' }))],
  ['timestamp', 'a fraction', json(request({ timestampMillis: NOW + 0.5 }))],
  ['timestamp', 'a negative time', json(request({ timestampMillis: -NOW }))],
  ['timestamp', 'a time in a list', json(request({ timestampMillis: [NOW] }))],
  ['timestamp', 'an empty text', json(request({ timestampMillis: '' }))],
  ['timestamp', 'hexadecimal', json(request({ timestampMillis: '0x1' }))],
  ['timestamp', 'infinity', json(request({ timestampMillis: '9'.repeat(400) }))],
  ['recent', 'a time in seconds', json(request({ timestampMillis: `${NOW / 1000}` }))],
  ['recent', 'a time just too old', json(request({ timestampMillis: `${NOW - 600_001}` }))],
  ['recent', 'a time older than a shorter window', json({}), { maxAgeSeconds: 4 }],
  ['past', 'a time just too far ahead', json(request({ timestampMillis: `${NOW + 60_001}` }))],
  [
    'past',
    'a time ahead without any leeway',
    json(request({ timestampMillis: NOW + 1 })),
    { leewaySeconds: 0 },
  ],
  ['past', 'a time in microseconds', json(request({ timestampMillis: `${NOW * 1000}` }))],
  ['testing', 'a response for testing', verdict({ testingDetails: { isTestingResponse: true } })],
  ['testing', 'one that says it is none', verdict({ testingDetails: { isTestingResponse: false } })],
  ['testing', 'testing details of another type', verdict({ testingDetails: 'no' })],
  ['testing', 'testing details of null', verdict({ testingDetails: null })],
  ['app', 'no app integrity', verdict({ appIntegrity: undefined })],
  ['app', 'app integrity in a list', verdict({ appIntegrity: [] })],
  ['cleared', 'everything cleared', verdict(CLEARED)],
  ['cleared', 'everything cleared, the account left out', verdict({ ...CLEARED, accountDetails: undefined })],
  ['cleared', 'everything cleared, whatever is accepted', verdict(CLEARED), { licensing: ['UNEVALUATED'] }],
];

describe('a verdict is refused', () => {
  it.each(REFUSED.map(([name, what, payload, more]) => [name, what, payload, more ?? {}] as const))(
    'by %s: %s',
    (name, _, payload, more) => {
      const rules = { ...expected, ...more };
      const { code } = CHECKS[name];
      expect(refusal(() => verifyPlayIntegrityVerdict(payload, rules)).code).toBe(code);
      expect(inspectPlayIntegrityVerdict(payload, rules)).toMatchObject({ verdict: 'fail', code });
    },
  );

  it.each([
    ['bindingKind', 'a classic request where a standard one is asked for', {}],
    ['bindingKind', 'a nonce beside the hash', request({ requestHash: HASH })],
    ['binding', 'another hash', request({ nonce: undefined, requestHash: `${HASH}.` })],
    ['binding', 'a hash with padding, which is none', request({ nonce: undefined, requestHash: `${HASH}=` })],
  ] as const)('by %s: %s', (name, _, sections) => {
    const { code } = VERDICT_CHECKS[name];
    expect(refusal(() => verifyPlayIntegrityVerdict(json(sections), standard)).code).toBe(code);
    expect(inspectPlayIntegrityVerdict(json(sections), standard)).toMatchObject({ code });
  });

  it('by every check of this step', () => {
    const here = [...Object.keys(VERDICT_CHECKS), 'testing', 'app', 'cleared'];
    expect(new Set(REFUSED.map(([name]) => name))).toEqual(new Set(here));
  });

  it('with the types of all members wrong, each in turn', () => {
    const paths = ['requestDetails', 'appIntegrity', 'deviceIntegrity', 'accountDetails'];
    for (const wrong of [null, true, 0, '', 'x', [], {}, [[]], { toString: 1 }]) {
      for (const path of paths) {
        const whole = verdict({ [path]: wrong });
        const { code } = refusal(() => verifyPlayIntegrityVerdict(whole, expected));
        expect(inspectPlayIntegrityVerdict(whole, expected)).toMatchObject({ verdict: 'fail', code });
      }
    }
  });

  it('though a prototype says what the payload does not', () => {
    const { requestDetails, ...rest } = verdict();
    const payload = Object.assign(Object.create({ requestDetails }) as object, rest);
    expect(refusal(() => verifyPlayIntegrityVerdict(payload, expected)).stage).not.toBe('denied');
  });
});
