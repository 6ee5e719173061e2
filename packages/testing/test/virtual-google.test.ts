import { describe, expect, it } from 'vitest';
import { verifyAppCheckToken } from 'attestkit/app-check';
import { ConfigurationError } from 'attestkit';
import { remoteRevocations } from 'attestkit/android-revocations';
import { googleAppCheck, googlePlayIntegrity } from 'attestkit/google';
import { createVirtualGoogle } from '../src/google/index.js';

const PACKAGE = 'com.example.app';
const PROJECT = '123456789012';
const APP_ID = `1:${PROJECT}:android:0a1b2c3d4e5f`;
const google = createVirtualGoogle();
const { serviceAccount, fetch } = google;
const play = google.playIntegrity({ packageName: PACKAGE, signingDigests: ['ab'.repeat(32)] });
const firebase = google.appCheck({ projectNumber: PROJECT, appId: APP_ID });

describe('the virtual decodeIntegrityToken', () => {
  const decoder = googlePlayIntegrity({ serviceAccount, fetch });

  it('decodes a token once, and answers a cleared verdict from then on', async () => {
    const token = play.standardToken({ requestHash: 'hash' });
    expect(await decoder.decode(PACKAGE, token)).toMatchObject({
      outcome: 'decoded',
      payload: {
        requestDetails: { requestHash: 'hash' },
        accountDetails: { appLicensingVerdict: 'LICENSED' },
      },
    });
    expect(await decoder.decode(PACKAGE, token)).toMatchObject({
      outcome: 'decoded',
      payload: { accountDetails: { appLicensingVerdict: 'UNEVALUATED' } },
    });
  });

  it('refuses a token that was not made here', async () => {
    expect(await decoder.decode(PACKAGE, 'abc')).toEqual({ outcome: 'invalid' });
  });

  it('does not know other apps', async () => {
    const token = play.standardToken({ requestHash: 'hash' });
    expect(await decoder.decode('com.example.other', token)).toMatchObject({ outcome: 'misconfigured' });
  });

  it('does not let the account of another Google in', async () => {
    const stranger = createVirtualGoogle().serviceAccount;
    const other = googlePlayIntegrity({ serviceAccount: stranger, fetch });
    const token = play.standardToken({ requestHash: 'hash' });
    expect((await other.decode(PACKAGE, token)).outcome).not.toBe('decoded');
  });
});

describe('the virtual verifyAppCheckToken', () => {
  it.each(['virtual-project', PROJECT])('of the project %s consumes a token once', async (project) => {
    const consumer = googleAppCheck({ serviceAccount, fetch, project });
    const token = firebase.token({ limitedUse: true });
    expect(await consumer.consume(token)).toEqual({ outcome: 'consumed', already: false });
    expect(await consumer.consume(token)).toEqual({ outcome: 'consumed', already: true });
  });

  it('refuses a token that was not made here, and does not know other projects', async () => {
    const consumer = googleAppCheck({ serviceAccount, fetch, project: PROJECT });
    expect(await consumer.consume('abc')).toEqual({ outcome: 'invalid' });
    const other = googleAppCheck({ serviceAccount, fetch, project: '99' });
    expect(await other.consume(firebase.token())).toMatchObject({ outcome: 'misconfigured' });
  });
});

describe('the virtual metadata server', () => {
  it('lets the services be asked without a key', async () => {
    const consumer = googleAppCheck({ credentials: 'metadata', fetch, project: PROJECT });
    const token = firebase.token({ limitedUse: true });
    expect(await consumer.consume(token)).toEqual({ outcome: 'consumed', already: false });
  });

  it('answers no browser', async () => {
    const url = 'http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token';
    expect((await fetch(url)).status).toBe(403);
    const answer = await fetch(url, { headers: { 'metadata-flavor': 'Google' } });
    expect([answer.status, answer.headers.get('metadata-flavor')]).toEqual([200, 'Google']);
  });
});

describe('what needs no account', () => {
  it('is App Check’s key set', async () => {
    const answer = await fetch('https://firebaseappcheck.googleapis.com/v1/jwks');
    const jwks = (await answer.json()) as { keys: [] };
    const expected = { projectNumber: PROJECT, appIds: [APP_ID], jwks };
    expect(verifyAppCheckToken(firebase.token(), expected)).toMatchObject({ appId: APP_ID });
    expect(jwks.keys).toHaveLength(1);
  });

  it('is the revocation list', async () => {
    google.revoke('00C0FFEE');
    const list = await remoteRevocations(undefined, { fetch }).current();
    expect(list.isRevoked('c0ffee')).toBe(true);
    expect(list.isRevoked('c0ffe')).toBe(false);
  });

  it.each(['https://example.com/', 'https://playintegrity.googleapis.com/v1/a.b:decodeIntegrityToken'])(
    'is not %s',
    async (url) => {
      expect((await fetch(url)).status).toBe(401);
    },
  );
});

it('refuses options that it does not know', () => {
  expect(() => createVirtualGoogle({ clock: 0 } as object)).toThrow(ConfigurationError);
});
