import { generateKeyPairSync } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { developmentAttester, type DevelopmentAttesterOptions } from '../../src/development/index.js';
import { refusal } from '../approov/support/tokens.js';
import { APP, context, development, keyPair, OTHER_APP, PUBLIC_KEY, token } from './support/tokens.js';

const OPTIONS = { publicKey: PUBLIC_KEY, appIds: [APP], environment: 'development' } as const;
const start = (more: object = {}): unknown =>
  developmentAttester({ ...OPTIONS, ...more } as DevelopmentAttesterOptions);
const PKCS8 = { type: 'pkcs8', format: 'pem' } as const;

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('the options', () => {
  it.each([
    ['environment', { environment: undefined }],
    ['environment', { environment: 'production' }],
    ['environment', { environment: 'Development' }],
    ['environment', { environment: ['development'] }],
    ['environment', { environment: true }],
    ['publicKey', { publicKey: undefined }],
    ['publicKey', { publicKey: '' }],
    ['publicKey', { publicKey: development.privateKey.export(PKCS8) }],
    ['publicKey', { publicKey: development.privateKey.export({ format: 'jwk' }) }],
    ['publicKey', { publicKey: keyPair('P-384').publicKey.export({ type: 'spki', format: 'pem' }) }],
    ['publicKey', { publicKey: keyPair('P-384').publicKey.export({ format: 'jwk' }) }],
    ['publicKey', { publicKey: generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }) }],
    ['appIds', { appIds: [] }],
    ['appIds', { appIds: [''] }],
    ['appIds', { appIds: [APP, 7] }],
    ['appIds', { appIds: undefined }],
    ['appIds', { appIds: APP }],
    ['leewaySeconds', { leewaySeconds: -1 }],
    ['leewaySeconds', { leewaySeconds: 61 }],
    ['issuer', { issuer: 'x' }],
  ])('are refused with a wrong %s: %j', (variable, more) => {
    expect(() => start(more)).toThrow(expect.objectContaining({ name: 'ConfigurationError', variable }));
  });

  it('say what to do about the environment', () => {
    expect(() => start({ environment: undefined })).toThrow('Write environment: "development"');
  });

  it('that are misspelled are named with their owner', () => {
    expect(() => start({ apps: [APP] })).toThrow('is not an option of developmentAttester.');
  });

  it('take the key as a JWK too', () => {
    const evidence = developmentAttester({
      ...OPTIONS,
      publicKey: development.publicKey.export({ format: 'jwk' }),
    });
    expect(evidence.verify({ development: token() }, context)).toMatchObject({ appId: APP });
  });

  it('are copied: a list that is changed later changes nothing', () => {
    const appIds = [APP];
    const copied = developmentAttester({ ...OPTIONS, appIds });
    appIds[0] = OTHER_APP;
    const other = { development: token({ app_id: OTHER_APP }) };
    expect(refusal(() => copied.verify(other, context)).code).toBe('ERR_DEVELOPMENT_APP_ID_MISMATCH');
  });
});

describe('in production', () => {
  it('does not start', () => {
    vi.stubEnv('NODE_ENV', 'production');
    expect(() => start()).toThrow(
      expect.objectContaining({ name: 'ConfigurationError', variable: 'NODE_ENV' }),
    );
    expect(() => start()).toThrow('Leave developmentAttester out of the production configuration');
  });

  it.each(['development', 'test', '', undefined])('is not what NODE_ENV %j says', (value) => {
    vi.stubEnv('NODE_ENV', value);
    expect(start()).toMatchObject({ kind: 'development' });
  });
});
