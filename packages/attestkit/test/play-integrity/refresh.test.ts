import { describe, expect, it } from 'vitest';
import { playIntegrity, type PlayIntegrityOptions } from '../../src/play-integrity/index.js';
import type { Enrolled } from '../../src/ports/enrollment.js';
import { refusal } from '../approov/support/tokens.js';
import { APP_OPTIONS, APPS, context, decoded, decoder, HASH, LOCAL, LOCAL_APP } from './support/enrolling.js';
import { NOW, own, PACKAGE, request, token } from './support/tokens.js';

describe('at a refresh', () => {
  const known = playIntegrity(LOCAL).verify(
    { integrity_token: token(request({ nonce: HASH })) },
    context,
  ) as Enrolled;
  const stored = JSON.parse(JSON.stringify(known)) as Enrolled;

  it('passes as long as the policy is the same', () => {
    expect(playIntegrity(LOCAL).appraise(stored, NOW + 86_400_000 * 365)).toBeUndefined();
  });

  it.each<readonly [string, Partial<PlayIntegrityOptions>, Partial<Enrolled>, string]>([
    ['an app that is configured no more', {}, { appId: 'com.evil.app' }, 'ERR_PLAY_INTEGRITY_APP_DENIED'],
    [
      'a certificate that is pinned no more',
      { apps: [{ ...LOCAL_APP, acceptedCertificates: ['A'.repeat(43)] }] },
      {},
      'ERR_PLAY_INTEGRITY_CERTIFICATE_MISMATCH',
    ],
    [
      'a version that is too old by now',
      { apps: [{ ...LOCAL_APP, minimumVersionCode: 43 }] },
      {},
      'ERR_PLAY_INTEGRITY_VERSION_CODE_DENIED',
    ],
    [
      'labels that are too few by now',
      { deviceLabels: ['MEETS_STRONG_INTEGRITY'] },
      {},
      'ERR_PLAY_INTEGRITY_DEVICE_DENIED',
    ],
    ['a verdict that is too old', { maxAgeAtRefreshSeconds: 60 }, {}, 'ERR_PLAY_INTEGRITY_REFRESH_TOO_OLD'],
    ['a tester, where they were let in', {}, { environment: 'testing' }, 'ERR_PLAY_INTEGRITY_TESTING_DENIED'],
    ['a record that says nothing', {}, { facts: {} }, 'ERR_PLAY_INTEGRITY_APP_RECOGNITION_DENIED'],
  ])('refuses %s', (_, options, changed, code) => {
    const evidence = playIntegrity({ ...LOCAL, ...options });
    expect(refusal(() => evidence.appraise({ ...stored, ...changed }, NOW + 90_000)).code).toBe(code);
  });

  it('accepts a verdict up to its last second', () => {
    const evidence = playIntegrity({ ...LOCAL, maxAgeAtRefreshSeconds: 60 });
    expect(evidence.appraise(stored, stored.attestedAt + 60_000)).toBeUndefined();
    const late = refusal(() => evidence.appraise(stored, stored.attestedAt + 60_001));
    expect(late.code).toBe('ERR_PLAY_INTEGRITY_REFRESH_TOO_OLD');
  });

  it('says of testers that they are', () => {
    const evidence = playIntegrity({ ...LOCAL, allowTesting: true });
    const sent = token({ ...request({ nonce: HASH }), testingDetails: { isTestingResponse: true } });
    expect(evidence.verify({ integrity_token: sent }, context)).toMatchObject({ environment: 'testing' });
  });

  it('is never dated later than now', () => {
    const sent = token(request({ nonce: HASH, timestampMillis: NOW + 30_000 }));
    expect(playIntegrity(LOCAL).verify({ integrity_token: sent }, context)).toMatchObject({
      attestedAt: NOW,
    });
  });
});

it('one app with keys makes the requests of all classic', async () => {
  const other = { ...APP_OPTIONS, packageName: 'com.example.other' };
  const { decoder: remote } = decoder(decoded());
  const evidence = playIntegrity({ apps: [LOCAL_APP, other], decoder: remote });
  const fields = { integrity_token: token(request({ nonce: HASH })), package_name: PACKAGE };
  expect(await evidence.verify(fields, context)).toMatchObject({ appId: PACKAGE });
  expect(() => playIntegrity({ apps: [LOCAL_APP, other], decoder: remote, request: 'standard' })).toThrow(
    'request is standard, and an app has keys',
  );
});

describe('the options', () => {
  const remote = decoder(decoded()).decoder;
  it.each<readonly [string, object]>([
    ['apps', { apps: undefined }],
    ['apps', { apps: [] }],
    ['apps', { apps: [...APPS, ...APPS] }],
    ['apps', { apps: ['com.example.app'] }],
    ['apps.digests', { apps: [{ ...APP_OPTIONS, digests: [] }] }],
    ['packageName', { apps: [{ ...APP_OPTIONS, packageName: undefined }] }],
    ['acceptedCertificates', { apps: [{ packageName: PACKAGE }] }],
    ['acceptedCertificates', { apps: [{ ...APP_OPTIONS, acceptedCertificates: [] }] }],
    ['acceptedCertificates', { apps: [{ ...APP_OPTIONS, acceptedCertificates: ['6a6a1474b5cb'] }] }],
    ['acceptedCertificates', { apps: [{ ...APP_OPTIONS, acceptedCertificates: ['A'.repeat(27)] }] }],
    ['keys', { apps: [{ ...APP_OPTIONS, keys: own.printed }] }],
    ['decoder', { decoder: undefined }],
    ['decoder', { decoder: {} }],
    ['decoder', { decoder: 'https://playintegrity.googleapis.com' }],
    ['request', { request: 'both' }],
    ['request', { ...LOCAL, request: 'standard' }],
    ['deviceLabels', { deviceLabels: [] }],
    ['licensing', { licensing: [] }],
    ['maxAgeSeconds', { maxAgeSeconds: 0 }],
    ['maxAgeAtRefreshSeconds', { maxAgeAtRefreshSeconds: Number.NaN }],
    ['nonce', { nonce: 'x' }],
  ])('are refused with a wrong %s', (variable, more) => {
    const run = (): unknown =>
      playIntegrity({ apps: APPS, decoder: remote, ...more } as PlayIntegrityOptions);
    expect(run).toThrow(expect.objectContaining({ name: 'ConfigurationError', variable }) as Error);
  });
});
