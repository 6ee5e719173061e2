import { afterEach, describe, expect, it, vi } from 'vitest';
import { guardFromEnv, type Environment } from '../../src/env/index.js';
import { APP, JWKS, limited, NOW, PROJECT, SECONDS, token, WEB_APP } from '../app-check/support/tokens.js';
import { SECRET_BASE64 } from '../approov/support/tokens.js';
import { request } from '../guard/support/double.js';

const PROJECT_ENV = { FIREBASE_PROJECT_NUMBER: PROJECT, FIREBASE_APP_IDS: `${APP}, ${WEB_APP}` };

afterEach(() => {
  vi.unstubAllGlobals();
});

function make(env: Environment): {
  check: (sent?: string) => Promise<string>;
  lines: string[];
  asked: string[];
} {
  const asked: string[] = [];
  const answer = (url: unknown): Promise<Response> => {
    asked.push(String(url));
    return Promise.resolve(Response.json(JWKS));
  };
  vi.stubGlobal('fetch', answer);
  const lines: string[] = [];
  const guard = guardFromEnv({ env, log: (line) => lines.push(line), now: () => NOW });
  const route = guard.route();
  const check = async (sent?: string): Promise<string> => {
    const fields: Record<string, string> = sent === undefined ? {} : { 'x-firebase-appcheck': sent };
    const decision = await guard.check(request(fields), route);
    return decision.outcome === 'accept'
      ? (decision.results['app-check']?.appId ?? 'nothing')
      : `${decision.response.status} ${decision.error.code}`;
  };
  return { check, lines, asked };
}

describe('App Check by variables alone', () => {
  it('protects routes with Firebase’s keys, and says in the log what came of it', async () => {
    const { check, lines, asked } = make(PROJECT_ENV);
    expect(await check(token())).toBe(APP);
    expect(await check(token({ sub: WEB_APP }))).toBe(WEB_APP);
    expect(await check()).toBe('401 ERR_APP_CHECK_TOKEN_MISSING');
    expect(await check(token({ sub: '1:7:ios:ff' }))).toBe('401 ERR_APP_CHECK_TOKEN_APP_MISMATCH');
    expect(await check(limited('x', { exp: SECONDS }))).toBe('401 ERR_APP_CHECK_TOKEN_EXPIRED');
    expect(asked).toEqual(['https://firebaseappcheck.googleapis.com/v1/jwks']);
    expect(lines).toEqual([
      'ACCEPTED REQUEST WITH VALID APP CHECK TOKEN',
      'ACCEPTED REQUEST WITH VALID APP CHECK TOKEN',
      'REJECTED REQUEST WITH APP CHECK TOKEN HEADER EMPTY OR MISSING',
      expect.stringMatching(/^ERR_APP_CHECK_TOKEN_MISSING: /),
      'REJECTED REQUEST WITH INVALID APP CHECK TOKEN',
      expect.stringMatching(/^ERR_APP_CHECK_TOKEN_APP_MISMATCH: /),
      'REJECTED REQUEST WITH INVALID APP CHECK TOKEN',
      expect.stringMatching(/^ERR_APP_CHECK_TOKEN_EXPIRED: /),
    ]);
  });

  it('fails closed where Firebase’s keys cannot be had', async () => {
    const { check, lines } = make(PROJECT_ENV);
    vi.stubGlobal('fetch', () => Promise.reject(new Error('down')));
    expect(await check(token())).toMatch(/^503 /);
    expect(lines[0]).toBe('REJECTED REQUEST WITHOUT A DECISION');
  });

  it('stands beside Approov, as another way in', async () => {
    const { check } = make({ ...PROJECT_ENV, APPROOV_BASE64_SECRET: SECRET_BASE64 });
    expect(await check(token())).toBe(APP);
    expect(await check()).toBe('401 ERR_APPROOV_TOKEN_MISSING');
  });

  it.each([
    ['no apps', { FIREBASE_PROJECT_NUMBER: PROJECT }, 'FIREBASE_APP_IDS'],
    ['no project', { FIREBASE_APP_IDS: APP }, 'FIREBASE_PROJECT_NUMBER'],
    [
      'the id of a project',
      { ...PROJECT_ENV, FIREBASE_PROJECT_NUMBER: 'my-project' },
      'FIREBASE_PROJECT_NUMBER',
    ],
    ['an empty list', { ...PROJECT_ENV, FIREBASE_APP_IDS: '' }, 'FIREBASE_APP_IDS'],
    ['a package', { ...PROJECT_ENV, FIREBASE_APP_IDS: 'com.example.app' }, 'FIREBASE_APP_IDS'],
    ['a comma too many', { ...PROJECT_ENV, FIREBASE_APP_IDS: `${APP},` }, 'FIREBASE_APP_IDS'],
    [
      'report-only of Approov, which would open its routes',
      {
        ...PROJECT_ENV,
        APPROOV_BASE64_SECRET: SECRET_BASE64,
        APPROOV_ABORT_REQUEST_ON_INVALID_TOKEN: 'false',
      },
      'APPROOV_ABORT_REQUEST_ON_INVALID_TOKEN',
    ],
  ])('%s fails at start-up', (_, env, variable) => {
    expect(() => make(env)).toThrow(expect.objectContaining({ variable }));
  });
});
