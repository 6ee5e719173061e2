import { expect, it } from 'vitest';
import type { Enrolled, EnrollmentContext } from '../../src/ports/enrollment.js';
import { configuredKeys } from '../../src/kernel/jose/key-source.js';
import {
  signedToken,
  verifySignedToken,
  type SignedTokenExpectations,
} from '../../src/signed-token/index.js';
import { APP, attester, CHALLENGE, DEVICE, expected, NOW, token } from './support/tokens.js';

const KEYS = configuredKeys('ES256', [{ algorithm: 'ES256', kid: 'k1', key: attester.publicKey }]);

it('an option that is misspelt is named with its owner', () => {
  const misspelt = { ...expected, apps: [APP] } as SignedTokenExpectations;
  expect(() => verifySignedToken(token(), misspelt)).toThrow('is not an option of verifySignedToken.');
  expect(() => signedToken({ keys: KEYS, appIds: [APP], apps: [APP] } as never)).toThrow(
    'is not an option of signedToken.',
  );
});

it.each(['XES256', 'ES2567', 'EdDSA ', ' EdDSA', 'HS256', '', 7, ['ES256']])(
  'an algorithm that is no name of one for public keys is refused: %j',
  (algorithm) => {
    const wrong = { ...expected, algorithm } as SignedTokenExpectations;
    expect(() => verifySignedToken(token(), wrong)).toThrow(
      expect.objectContaining({ variable: 'algorithm' }),
    );
  },
);

it('a token is held to the system’s clock unless a time is given', () => {
  const { now: _, ...rest } = expected;
  const sent = token({ exp: Math.floor(Date.now() / 1000) + 300 });
  expect(verifySignedToken(sent, rest).appId).toBe(APP);
});

it('a record has an issuer only where the token does', () => {
  const context: EnrollmentContext = {
    challenge: CHALLENGE,
    deviceId: DEVICE,
    now: NOW,
    request: { method: 'POST', target: '/device/attest', fields: () => [] },
    consumeChallenge: () => Promise.resolve(),
  };
  const { facts } = signedToken({ keys: KEYS, appIds: [APP] }).verify(
    { token: token() },
    context,
  ) as Enrolled;
  expect(Object.keys(facts)).toEqual([]);
});
