import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { enrollmentHash, playIntegrity } from '../../src/play-integrity/index.js';
import { refusal } from '../approov/support/tokens.js';
import {
  APPS,
  CHALLENGE,
  context,
  decoded,
  decoder,
  failure,
  HASH,
  LOCAL,
  REMOTE,
} from './support/enrolling.js';
import {
  APP,
  app,
  CLEARED,
  device,
  NOW,
  PACKAGE,
  request,
  responseKeys,
  token,
  verdict,
} from './support/tokens.js';

it('binds to challenge and device by documented bytes', () => {
  const bytes = Buffer.from(`attestkit-enrol-v1\n${CHALLENGE}\ndevice-1`, 'utf8');
  expect(HASH).toBe(createHash('sha256').update(bytes).digest('base64url'));
  expect(HASH).toMatch(/^[\w-]{43}$/);
});

describe('enrollment with the app’s own response keys', () => {
  const evidence = playIntegrity(LOCAL);
  const sent = token(request({ nonce: HASH }));

  it('is synchronous, and about no key', () => {
    expect(evidence).toMatchObject({ kind: 'playIntegrity' });
    expect(evidence.fields).toEqual(['integrity_token', 'package_name']);
    expect(evidence.proof).toBeUndefined();
    expect(evidence.verify({ integrity_token: sent }, context)).toEqual({
      kind: 'playIntegrity',
      platform: 'android',
      appId: PACKAGE,
      environment: 'production',
      integrity: 'device',
      attestedAt: NOW - 5000,
      facts: {
        appVerdict: 'PLAY_RECOGNIZED',
        certificates: APP.certificateSha256Digest,
        versionCode: '42',
        deviceLabels: ['MEETS_DEVICE_INTEGRITY'],
        licensing: 'LICENSED',
      },
    });
  });

  it.each([
    ['no token', {}, 'ERR_PLAY_INTEGRITY_TOKEN_MISSING'],
    ['an empty token', { integrity_token: '' }, 'ERR_PLAY_INTEGRITY_TOKEN_MISSING'],
    [
      'another package',
      { integrity_token: sent, package_name: 'com.evil.app' },
      'ERR_PLAY_INTEGRITY_PACKAGE_UNKNOWN',
    ],
    ['an empty package', { integrity_token: sent, package_name: '' }, 'ERR_PLAY_INTEGRITY_PACKAGE_UNKNOWN'],
    ['junk', { integrity_token: 'x' }, 'ERR_PLAY_INTEGRITY_TOKEN_MALFORMED'],
    ['a token for another challenge', { integrity_token: token() }, 'ERR_PLAY_INTEGRITY_BINDING_MISMATCH'],
    [
      'a token for another device',
      { integrity_token: token(request({ nonce: enrollmentHash(CHALLENGE, 'device-2') })) },
      'ERR_PLAY_INTEGRITY_BINDING_MISMATCH',
    ],
    [
      'the bare challenge',
      { integrity_token: token(request({ nonce: CHALLENGE })) },
      'ERR_PLAY_INTEGRITY_BINDING_MISMATCH',
    ],
    [
      'a hash in place of the nonce',
      { integrity_token: token(request({ nonce: undefined, requestHash: HASH })) },
      'ERR_PLAY_INTEGRITY_BINDING_KIND_MISMATCH',
    ],
    [
      'an app that is not Play’s',
      {
        integrity_token: token({
          ...request({ nonce: HASH }),
          ...app({ appRecognitionVerdict: 'UNRECOGNIZED_VERSION' }),
        }),
      },
      'ERR_PLAY_INTEGRITY_APP_RECOGNITION_DENIED',
    ],
    [
      'a device that meets too little',
      {
        integrity_token: token({
          ...request({ nonce: HASH }),
          ...device({ deviceRecognitionVerdict: ['MEETS_BASIC_INTEGRITY'] }),
        }),
      },
      'ERR_PLAY_INTEGRITY_DEVICE_DENIED',
    ],
    [
      'the keys of another app',
      { integrity_token: token({}, { secret: responseKeys().secret }) },
      'ERR_PLAY_INTEGRITY_TOKEN_KEY_UNKNOWN',
    ],
  ])('refuses %s', (_, fields, code) => {
    expect(refusal(() => evidence.verify(fields, context)).code).toBe(code);
  });
});

describe('enrollment through Google', () => {
  it('asks once, with the token as it was sent', async () => {
    const google = decoder(decoded());
    const evidence = playIntegrity({ apps: APPS, decoder: google.decoder });
    const enrolled = await evidence.verify({ integrity_token: REMOTE }, context);
    expect(enrolled).toMatchObject({ appId: PACKAGE, environment: 'production', platform: 'android' });
    expect(google.asked).toEqual([[PACKAGE, REMOTE]]);
  });

  it.each<readonly [string, unknown, string, string]>([
    ['a token that Google refuses', { outcome: 'invalid' }, 'ERR_PLAY_INTEGRITY_TOKEN_INVALID', 'untrusted'],
    [
      'a server that may not ask',
      { outcome: 'misconfigured', problem: 'p' },
      'ERR_PLAY_INTEGRITY_CONFIGURATION_FAILED',
      'unavailable',
    ],
    [
      'a quota that is used up',
      { outcome: 'throttled', problem: 'p', retryAfter: 9 },
      'ERR_PLAY_INTEGRITY_QUOTA_UNAVAILABLE',
      'unavailable',
    ],
    [
      'an outage',
      { outcome: 'unavailable', problem: 'p', retryAfter: 9 },
      'ERR_PLAY_INTEGRITY_UNAVAILABLE',
      'unavailable',
    ],
    [
      'a verdict that was asked for before',
      decoded(CLEARED),
      'ERR_PLAY_INTEGRITY_EVALUATION_MISSING',
      'untrusted',
    ],
    [
      'a verdict of a classic request',
      { outcome: 'decoded', payload: verdict(request({ nonce: HASH })) },
      'ERR_PLAY_INTEGRITY_BINDING_KIND_MISMATCH',
      'untrusted',
    ],
    [
      'a verdict on another app',
      decoded(app({ packageName: 'com.evil.app' })),
      'ERR_PLAY_INTEGRITY_APP_PACKAGE_MISMATCH',
      'untrusted',
    ],
    [
      'a verdict that is none',
      { outcome: 'decoded', payload: {} },
      'ERR_PLAY_INTEGRITY_REQUEST_MISSING',
      'malformed',
    ],
  ])('refuses %s', async (_, outcome, code, stage) => {
    const google = decoder(outcome);
    const error = await failure({ apps: APPS, decoder: google.decoder }, { integrity_token: REMOTE });
    expect(error).toMatchObject({ code, stage });
    if (stage === 'unavailable') expect((error.cause as Error).message).toBe('p');
    if (code.endsWith('QUOTA_UNAVAILABLE') || code.endsWith('_UNAVAILABLE')) expect(error.retryAfter).toBe(9);
    expect(google.asked).toHaveLength(1);
  });

  it.each([
    ['spaces', 'a b'],
    ['a line feed', `${REMOTE}\n`],
    ['letters of other alphabets', 'ä'],
    ['more than any token has', `${REMOTE}${'a'.repeat(16_385)}`],
    ['any text', 'a'],
    ['a token of another form', 'eyJhbGciOiJIUzI1NiJ9.e30.c2ln'],
    ['four parts', REMOTE.split('.').slice(0, 4).join('.')],
    ['six parts', `${REMOTE}.e`],
    ['an empty ciphertext', 'eyJhbGciOiJBMjU2S1ciLCJlbmMiOiJBMjU2R0NNIn0.a.b..d'],
    ['no header', '.a.b.c.d'],
    ['a header that is no JSON', 'AAAA.a.b.c.d'],
    ['a header that is no canonical base64url', 'eyJhbGciOiJBMjU2S1ciLCJlbmMiOiJBMjU2R0NNIn1.a.b.c.d'],
    ['a header that names no encryption', `${Buffer.from('{"alg":"A256KW"}').toString('base64url')}.a.b.c.d`],
    ['a header whose alg is no text', `${Buffer.from('{"alg":1,"enc":"x"}').toString('base64url')}.a.b.c.d`],
  ])('does not ask about %s', async (_, sent) => {
    const google = decoder(decoded());
    const error = await failure({ apps: APPS, decoder: google.decoder }, { integrity_token: sent });
    expect(error.code).toBe('ERR_PLAY_INTEGRITY_TOKEN_FORM_MALFORMED');
    expect(google.asked).toEqual([]);
  });

  it('asks about every text that can be a token where tokenForm is any, and about nothing else', async () => {
    const google = decoder({ outcome: 'invalid' });
    const options = { apps: APPS, decoder: google.decoder, tokenForm: 'any' } as const;
    for (const sent of ['a.b', 'a+b/c==']) {
      expect((await failure(options, { integrity_token: sent })).code).toBe(
        'ERR_PLAY_INTEGRITY_TOKEN_INVALID',
      );
    }
    for (const sent of ['a b', 'ä', 'a'.repeat(16_385)])
      expect((await failure(options, { integrity_token: sent })).code).toBe(
        'ERR_PLAY_INTEGRITY_TOKEN_FORM_MALFORMED',
      );
    expect(google.asked).toHaveLength(2);
    expect(() => playIntegrity({ ...options, tokenForm: 'jws' as 'jwe' })).toThrow(
      expect.objectContaining({ variable: 'tokenForm' }),
    );
  });

  it('asks about a token with an empty key, and with other algorithms', async () => {
    const google = decoder({ outcome: 'invalid' });
    const header = Buffer.from('{"alg":"dir","enc":"A128CBC-HS256","kid":"1"}').toString('base64url');
    await failure({ apps: APPS, decoder: google.decoder }, { integrity_token: `${header}..b.c.d` });
    expect(google.asked).toHaveLength(1);
  });

  it('asks about no token of an app that is not configured', async () => {
    const google = decoder(decoded());
    const fields = { integrity_token: REMOTE, package_name: 'com.evil.app' };
    expect((await failure({ apps: APPS, decoder: google.decoder }, fields)).stage).toBe('untrusted');
    expect(google.asked).toEqual([]);
  });

  it('notes by their path the values and members that Google has added', async () => {
    const accountDetails = { appLicensingVerdict: 'LICENSED', plan: 'family' };
    const google = decoder(decoded({ accountDetails, newDetails: {} }));
    const evidence = playIntegrity({ apps: APPS, decoder: google.decoder });
    const { notes, facts } = await evidence.verify({ integrity_token: REMOTE }, context);
    expect(notes).toEqual(['accountDetails.plan', 'newDetails']);
    expect(JSON.stringify(facts)).not.toContain('family');
  });

  it('uses the challenge up right before Google is asked, and asks nothing on a used one', async () => {
    const google = decoder(decoded());
    const evidence = playIntegrity({ apps: APPS, decoder: google.decoder });
    const fields = { integrity_token: REMOTE };
    const used = new Error('used');
    const failing = { ...context, consumeChallenge: () => Promise.reject(used) };
    await expect(evidence.verify(fields, failing)).rejects.toBe(used);
    expect(google.asked).toEqual([]);
    const askedBefore: number[] = [];
    const consumeChallenge = async () => void askedBefore.push(google.asked.length);
    await evidence.verify(fields, { ...context, consumeChallenge });
    expect([askedBefore, google.asked.length]).toEqual([[0], 1]);
  });

  it('takes classic requests where it is told to', async () => {
    const google = decoder({ outcome: 'decoded', payload: verdict(request({ nonce: `${HASH}=` })) });
    const evidence = playIntegrity({ apps: APPS, decoder: google.decoder, request: 'classic' });
    expect((await evidence.verify({ integrity_token: REMOTE }, context)).kind).toBe('playIntegrity');
  });

  it('decodes what no key is for, while Google takes over, and nothing else', async () => {
    const google = decoder({ outcome: 'decoded', payload: verdict(request({ nonce: HASH })) });
    const options = { ...LOCAL, decoder: google.decoder };
    const foreign = token({}, { secret: responseKeys().secret });
    expect((await playIntegrity(options).verify({ integrity_token: foreign }, context)).kind).toBeTruthy();
    const ours = token(request({ nonce: HASH }));
    const untouched = { ...context, consumeChallenge: () => Promise.reject(new Error('not asked')) };
    expect(playIntegrity(options).verify({ integrity_token: ours }, untouched)).not.toHaveProperty('then');
    const forged = token(request({ nonce: HASH }), { key: responseKeys().privateKey });
    expect(refusal(() => playIntegrity(options).verify({ integrity_token: forged }, context)).code).toBe(
      'ERR_PLAY_INTEGRITY_JWS_SIGNATURE_INVALID',
    );
    expect(google.asked).toHaveLength(1);
  });
});

describe('several apps', () => {
  const second = { packageName: 'com.example.second', acceptedCertificates: ['A'.repeat(43)] };
  it('are told apart by package_name, each with its own certificates', async () => {
    const google = decoder(decoded());
    const options = { apps: [...APPS, second], decoder: google.decoder };
    const named = { integrity_token: REMOTE, package_name: PACKAGE };
    expect((await playIntegrity(options).verify(named, context)).appId).toBe(PACKAGE);
    expect((await failure(options, { integrity_token: REMOTE })).code).toBe(
      'ERR_PLAY_INTEGRITY_PACKAGE_UNKNOWN',
    );
    const other = { integrity_token: REMOTE, package_name: second.packageName };
    expect((await failure(options, other)).code).toBe('ERR_PLAY_INTEGRITY_REQUEST_PACKAGE_MISMATCH');
  });
});
