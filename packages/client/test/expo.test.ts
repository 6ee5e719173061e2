import { describe, expect, it } from 'vitest';
import { AttesterError, ClientError } from 'attestkit-client';
import {
  expoAppAttest,
  expoKeyAttestation,
  expoPlayIntegrity,
  markerStorage,
  secureStorage,
} from 'attestkit-client/expo';
import {
  failing,
  fakeExpoAppAttest,
  fakeExpoKeyAttestation,
  fakeExpoPlayIntegrity,
} from 'attestkit-client/testing';
import {
  APP_ATTEST_ATTESTS,
  APP_ATTEST_SIGNS,
  KEY_ATTESTATION_ATTESTS,
  KEYSTORE_SIGNS,
  PLAY_INTEGRITY,
} from '../src/attesters/expo/codes.js';
import { platforms } from './support/server.js';

const over = { challenge: 'AQAB', deviceId: 'd', requestHash: 'h' };
const problemOf = (meaning: unknown): unknown =>
  typeof meaning === 'string' ? meaning : (meaning as { problem: string }).problem;
/** Codes of the bridge: those in brackets are texts without a code. */
const codes = (table: object): string[] =>
  Object.keys(table).filter((code) => !['WRONG_PLATFORM', 'NOT_BUILT'].includes(code));

async function problem(call: () => Promise<unknown>): Promise<AttesterError> {
  const error: unknown = await call().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AttesterError);
  return error as AttesterError;
}

describe('each code of the bridges', () => {
  it.each(codes(APP_ATTEST_ATTESTS))('App Attest attests: %s', async (code) => {
    const attester = expoAppAttest(
      fakeExpoAppAttest(platforms.iPhone(), failing({ attestKeyAsync: [code] })),
    );
    const key = await attester.createKey();
    const error = await problem(() => attester.attest(key, over));
    expect([error.code, error.problem]).toEqual([code, problemOf(APP_ATTEST_ATTESTS[code])]);
  });

  it.each(codes(APP_ATTEST_SIGNS))('App Attest signs: %s', async (code) => {
    const attester = expoAppAttest(
      fakeExpoAppAttest(platforms.iPhone(), failing({ generateAssertionAsync: [code] })),
    );
    const error = await problem(() => attester.sign('key', 'text'));
    expect([error.code, error.problem]).toEqual([code, problemOf(APP_ATTEST_SIGNS[code])]);
  });

  it.each(codes(KEY_ATTESTATION_ATTESTS))('Key Attestation attests: %s', async (code) => {
    const fault = failing({ generateHardwareAttestedKeyAsync: [code] });
    const { integrity, keystore } = fakeExpoKeyAttestation(platforms.android(), fault);
    const error = await problem(() => expoKeyAttestation(integrity, keystore).attest('alias', over));
    expect([error.code, error.problem]).toEqual([code, problemOf(KEY_ATTESTATION_ATTESTS[code])]);
  });

  it.each(codes(KEYSTORE_SIGNS))('the Keystore signs: %s', async (code) => {
    const { integrity, keystore } = fakeExpoKeyAttestation(platforms.android(), failing({ sign: [code] }));
    const error = await problem(() => expoKeyAttestation(integrity, keystore).sign('alias', 'text'));
    expect([error.code, error.problem]).toEqual([code, problemOf(KEYSTORE_SIGNS[code])]);
  });

  it.each(codes(PLAY_INTEGRITY))('Play Integrity: %s', async (code) => {
    const fault = failing({ requestIntegrityCheckAsync: [code, code] });
    const attester = expoPlayIntegrity(fakeExpoPlayIntegrity(platforms.play, fault), {
      cloudProjectNumber: '1',
    });
    const error = await problem(() => attester.attest(undefined, over));
    expect([error.code, error.problem]).toEqual([code, problemOf(PLAY_INTEGRITY[code])]);
    if (error.problem === 'userActionRequired') expect(error.action).toMatch(/^Please /);
  });

  it.each([
    ['generateAssertion is only available on iOS', 'WRONG_PLATFORM'],
    ["The package '@expo/app-integrity' doesn't seem to be linked.", 'NOT_BUILT'],
    ["Cannot find native module 'ExpoAppIntegrity'", 'NOT_BUILT'],
  ])('%s is a mistake of the build', async (message, code) => {
    const bridge = {
      ...fakeExpoAppAttest(platforms.iPhone()),
      generateKeyAsync: () => Promise.reject(new Error(message)),
    };
    const error = await problem(() => expoAppAttest(bridge).createKey());
    expect([error.code, error.problem]).toEqual([code, 'misconfigured']);
  });
});

describe('Play Integrity', () => {
  it('prepares again once if the provider is not valid any more, and after a failed preparation', async () => {
    const fault = failing({
      prepareIntegrityTokenProviderAsync: ['NETWORK_ERROR'],
      requestIntegrityCheckAsync: ['PROVIDER_INVALID'],
    });
    const attester = expoPlayIntegrity(fakeExpoPlayIntegrity(platforms.play, fault), {
      cloudProjectNumber: '123456789012',
      packageName: 'com.example.app',
    });
    expect((await problem(() => attester.attest(undefined, over))).code).toBe('NETWORK_ERROR');
    expect(await attester.attest(undefined, over)).toMatchObject({
      integrity_token: expect.any(String),
      package_name: 'com.example.app',
    });
    expect(() =>
      expoPlayIntegrity(fakeExpoPlayIntegrity(platforms.play), { cloudProjectNumber: 'my-project' }),
    ).toThrow(ClientError);
  });
});

describe('Android', () => {
  it('signs one after the other: two at once can hang in the bridge', async () => {
    let running = 0;
    const { integrity } = fakeExpoKeyAttestation(platforms.android());
    const attester = expoKeyAttestation(integrity, {
      async sign(message) {
        expect((running += 1)).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, 5));
        running -= 1;
        if (message === 'bad') throw new Error('UNABLE_TO_SIGN');
        return message;
      },
    });
    const signed = ['a', 'bad', 'b'].map((text) =>
      attester.sign('alias', text).catch((error: AttesterError) => error.problem),
    );
    expect(await Promise.all(signed)).toEqual(['a', 'keyLost', 'b']);
  });

  it('takes white space out of certificates, and never an alias twice', async () => {
    const { integrity, keystore } = fakeExpoKeyAttestation(platforms.android());
    const wrapped = {
      ...integrity,
      getAttestationCertificateChainAsync: async (alias: string) =>
        (await integrity.getAttestationCertificateChainAsync(alias)).map((each) =>
          each.replace(/(.{76})/g, '$1\n'),
        ),
    };
    const attester = expoKeyAttestation(wrapped, keystore);
    const aliases = new Set([
      await attester.createKey(),
      await attester.createKey(),
      await attester.createKey(),
    ]);
    expect(aliases.size).toBe(3);
    const { certificate_chain: chain } = await attester.attest('a', over);
    for (const each of chain as string[]) expect(each).not.toMatch(/\s/);
    expect(await attester.keyId('a')).toBe(await expoKeyAttestation(integrity, keystore).keyId('a'));
  });
});

describe('storages', () => {
  it('of one store are one, by the place', async () => {
    const values = new Map<string, string>();
    const options: unknown[] = [];
    const secure = {
      AFTER_FIRST_UNLOCK_THIS_DEVICE_ONLY: 4,
      getItemAsync: async (key: string, given?: object) => (options.push(given), values.get(key) ?? null),
      setItemAsync: async (key: string, value: string) => void values.set(key, value),
      deleteItemAsync: async (key: string) => void values.delete(key),
    };
    const storage = secureStorage(secure, { accessGroup: 'group' });
    expect(secureStorage(secure, { accessGroup: 'group' })).toBe(storage);
    expect(secureStorage(secure)).not.toBe(storage);
    await storage.set('a', '1');
    expect(await storage.get('a')).toBe('1');
    expect(options).toEqual([{ accessGroup: 'group', keychainAccessible: 4 }]);
    await storage.delete('a');
    expect(await storage.get('a')).toBeNull();
    const async = {
      getItem: async (key: string) => values.get(key) ?? null,
      setItem: async (key: string, value: string) => void values.set(key, value),
      removeItem: async (key: string) => void values.delete(key),
    };
    expect(markerStorage(async)).toBe(markerStorage(async));
    await markerStorage(async).set('m', '2');
    expect(await markerStorage(async).get('m')).toBe('2');
    await markerStorage(async).delete('m');
    expect(values.size).toBe(0);
  });
});
