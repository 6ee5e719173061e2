import { describe, expect, it, vi } from 'vitest';
import { googlePlayIntegrity, type GoogleOptions } from '../../src/net/google/index.js';
import { cloud, EXTERNAL, IMPERSONATION } from './support/google-cloud-server.js';
import { FILE, googleServer, json } from './support/google-server.js';

const SOURCE = 'credentials.credential_source';
const withSource = (source: unknown): object => ({ ...EXTERNAL, credential_source: source });
const withUrl = (url: unknown): object => withSource({ url });

describe('credentials', () => {
  it('may be the key of a service account', async () => {
    const google = await googleServer(json({ tokenPayloadExternal: {} }));
    const { serviceAccount, ...options } = google.options;
    const { type: _, ...bare } = serviceAccount as typeof FILE;
    for (const credentials of [serviceAccount, JSON.stringify(serviceAccount), bare]) {
      const decoder = googlePlayIntegrity({ ...options, credentials });
      expect(await decoder.decode('com.example.app', 't')).toMatchObject({ outcome: 'decoded' });
    }
    expect(google.grants).toHaveLength(3);
  });

  it.each([EXTERNAL, JSON.stringify(EXTERNAL), `\ufeff${JSON.stringify(EXTERNAL)}`])(
    'may be a configuration of workload identity federation',
    async (credentials) => {
      const { tokens } = await cloud({ credentials });
      expect(await tokens.current()).toMatchObject({ outcome: 'access' });
    },
  );

  it('are not read from the environment, nor asked for at start-up', () => {
    vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', '/nowhere');
    const fetch = vi.fn<typeof globalThis.fetch>();
    expect(() => googlePlayIntegrity({ fetch })).toThrow('credentials is not set');
    googlePlayIntegrity({ credentials: EXTERNAL, fetch });
    googlePlayIntegrity({ credentials: withSource({ file: '/nowhere' }) as typeof EXTERNAL, fetch });
    expect(fetch).not.toHaveBeenCalled();
    vi.unstubAllEnvs();
  });

  it.each([
    'https://idp.example/token',
    'https://10.0.0.1/token',
    'http://127.0.0.1:8080/token',
    'http://localhost/token',
    'http://[::1]/token',
    'http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=x',
    'http://[fd00:ec2::254]/latest',
    'http://[fe80::a9fe:a9fe]/',
    'http://metadata.google.internal/x',
  ])('may have their token at %s, in production', (url) => {
    vi.stubEnv('NODE_ENV', 'production');
    expect(googlePlayIntegrity({ credentials: withUrl(url) as typeof EXTERNAL })).toBeTypeOf('object');
    vi.unstubAllEnvs();
  });

  it.each<readonly [string, unknown]>([
    ['credentials', 'metadata '],
    ['credentials', 'METADATA'],
    ['credentials', 'external.json'],
    ['credentials', ''],
    ['credentials', '[]'],
    ['credentials', '{}'],
    ['credentials', 7],
    ['credentials', null],
    ['credentials', [EXTERNAL]],
    ['credentials', JSON.stringify(EXTERNAL).replace('{', '{"type":"external_account",')],
    ['credentials.type', { ...EXTERNAL, type: 'authorized_user' }],
    ['credentials.type', { ...EXTERNAL, type: 'impersonated_service_account' }],
    ['credentials.type', { ...EXTERNAL, type: ['external_account'] }],
    ['credentials', { ...EXTERNAL, type: undefined }],
    ['credentials.private_key', { ...FILE, private_key: 'x' }],
    ['credentials.token_uri', { ...FILE, token_uri: 'http://oauth2.example/token' }],
    ['credentials.universe_domain', { ...EXTERNAL, universe_domain: 'example.com' }],
    ['credentials.audience', { ...EXTERNAL, audience: undefined }],
    ['credentials.audience', { ...EXTERNAL, audience: 'https://example.com' }],
    ['credentials.audience', { ...EXTERNAL, audience: `x${EXTERNAL.audience}` }],
    ['credentials.audience', { ...EXTERNAL, audience: `${EXTERNAL.audience}/x` }],
    [
      'credentials.audience',
      { ...EXTERNAL, audience: '//iam.googleapis.com/locations/global/workforcePools/p/providers/x' },
    ],
    ['credentials.token_url', { ...EXTERNAL, token_url: undefined }],
    ['credentials.token_url', { ...EXTERNAL, token_url: 'https://sts.example.com/v1/token' }],
    ['credentials.token_url', { ...EXTERNAL, token_url: 'http://sts.googleapis.com/v1/token' }],
    ['credentials.token_url', { ...EXTERNAL, token_url: 'https://sts.googleapis.com.example.com/v1/token' }],
    ['credentials.token_url', { ...EXTERNAL, token_url: 'https://sts.googleapis.com@example.com/v1/token' }],
    ['credentials.token_url', { ...EXTERNAL, token_url: 'https://sts.googleapis.com:8443/v1/token' }],
    ['credentials.token_url', { ...EXTERNAL, token_url: 'https://sts.googleapis.com/v1/token?x' }],
    ['credentials.subject_token_type', { ...EXTERNAL, subject_token_type: undefined }],
    [
      'credentials.subject_token_type',
      { ...EXTERNAL, subject_token_type: ['urn:ietf:params:oauth:token-type:jwt'] },
    ],
    [
      'credentials.subject_token_type',
      { ...EXTERNAL, subject_token_type: 'urn:ietf:params:aws:token-type:aws4_request' },
    ],
    [SOURCE, withSource(undefined)],
    [SOURCE, withSource('/var/run/token')],
    [SOURCE, withSource({})],
    [SOURCE, withSource({ file: '/token', url: 'https://idp.example/' })],
    [`${SOURCE}.executable`, withSource({ executable: { command: '/bin/token' } })],
    [`${SOURCE}.executable`, withSource({ file: '/token', executable: { command: '/bin/token' } })],
    [`${SOURCE}.environment_id`, withSource({ environment_id: 'aws1', url: 'http://169.254.169.254/' })],
    [`${SOURCE}.certificate`, withSource({ certificate: {} })],
    [`${SOURCE}.file`, withSource({ file: '' })],
    [`${SOURCE}.file`, withSource({ file: 7 })],
    [`${SOURCE}.file`, withSource({ file: '/token\0' })],
    [`${SOURCE}.headers`, withSource({ file: '/token', headers: { a: 'b' } })],
    [`${SOURCE}.url`, withUrl('')],
    [`${SOURCE}.url`, withUrl('/token')],
    [`${SOURCE}.url`, withUrl(7)],
    [`${SOURCE}.url`, withUrl('file:///token')],
    [`${SOURCE}.url`, withUrl('http://idp.example/token')],
    [`${SOURCE}.url`, withUrl('http://10.0.0.1/token')],
    [`${SOURCE}.url`, withUrl('http://169.254.169.254.example.com/token')],
    [`${SOURCE}.url`, withUrl('http://169.254.169.254@example.com/token')],
    [`${SOURCE}.url`, withUrl('http://user:word@169.254.169.254/token')],
    [`${SOURCE}.url`, withUrl('http://169.254.169.254/token#x')],
    [`${SOURCE}.url`, withUrl('https://user:word@idp.example/token')],
    [`${SOURCE}.headers`, withSource({ url: 'https://idp.example/', headers: ['a'] })],
    [`${SOURCE}.headers`, withSource({ url: 'https://idp.example/', headers: { a: 'b\r\nc: d' } })],
    [`${SOURCE}.headers`, withSource({ url: 'https://idp.example/', headers: { 'a b': 'c' } })],
    [`${SOURCE}.headers`, withSource({ url: 'https://idp.example/', headers: { a: 7 } })],
    [`${SOURCE}.format`, withSource({ file: '/token', format: 'json' })],
    [`${SOURCE}.format`, withSource({ file: '/token', format: { type: 'xml' } })],
    [`${SOURCE}.format.subject_token_field_name`, withSource({ file: '/token', format: { type: 'json' } })],
    [
      `${SOURCE}.format.subject_token_field_name`,
      withSource({ file: '/token', format: { type: 'json', subject_token_field_name: '' } }),
    ],
    ...[
      7,
      '',
      'https://iamcredentials.example.com/v1/projects/-/serviceAccounts/a@b.example:generateAccessToken',
      IMPERSONATION.replace('https', 'http'),
      IMPERSONATION.replace('.com/', '.com.example.com/'),
      IMPERSONATION.replace('.com/', '.com@example.com/'),
      IMPERSONATION.replace('/-/', '/other/'),
      IMPERSONATION.replace('serviceAccounts/', 'serviceAccounts/../'),
      IMPERSONATION.replace('generateAccessToken', 'signJwt'),
      `${IMPERSONATION}?x`,
      `${IMPERSONATION}\n`,
    ].map(
      (url) =>
        [
          'credentials.service_account_impersonation_url',
          { ...EXTERNAL, service_account_impersonation_url: url },
        ] as const,
    ),
    ...[599, 43_201, 600.5, '600', null].map(
      (seconds) =>
        [
          'credentials.service_account_impersonation',
          {
            ...EXTERNAL,
            service_account_impersonation_url: IMPERSONATION,
            service_account_impersonation: { token_lifetime_seconds: seconds },
          },
        ] as const,
    ),
    [
      'credentials.service_account_impersonation',
      { ...EXTERNAL, service_account_impersonation_url: IMPERSONATION, service_account_impersonation: 600 },
    ],
  ])('are refused with a wrong %s: %j', (variable, credentials) => {
    const run = (): unknown => googlePlayIntegrity({ credentials } as unknown as GoogleOptions);
    expect(run).toThrow(expect.objectContaining({ name: 'ConfigurationError', variable }) as Error);
  });

  it('are given once, and not beside serviceAccount', () => {
    const wrong = expect.objectContaining({ name: 'ConfigurationError', variable: 'credentials' }) as Error;
    expect(() => googlePlayIntegrity({ credentials: 'metadata', serviceAccount: FILE })).toThrow(wrong);
    expect(() => googlePlayIntegrity({})).toThrow(wrong);
  });

  it('of a program are refused with a way to go on', () => {
    const credentials = withSource({ executable: { command: '/bin/token' } }) as typeof EXTERNAL;
    expect(() => googlePlayIntegrity({ credentials })).toThrow('credential_source.file');
  });
});
