import { signApproovToken } from 'attestkit/approov';
import { cases, type RequestCase, type Server } from './requests/cases.js';
import { curlLine, expectation } from './requests/curl.js';
import { BOUND, CREDENTIAL, EXPIRED, VALID } from './requests/tokens.js';

/** The cases that say most about a server, by name. */
const SHOWN: Readonly<Record<Server, readonly string[]>> = {
  unprotected: ['no token'],
  'token-check': ['valid token', 'no token', 'token has expired'],
  'token-binding-check': [
    'bound to Authorization',
    'no Authorization',
    'Authorization of another user',
    'token has expired',
  ],
  'shapes-original': ['v1 hello', 'v1 shapes', 'v1 forms', 'v1 forms, no Authorization'],
  shapes: [
    'v1 shapes',
    'v2 shapes, valid token',
    'v2 shapes, no token',
    'v2 shapes, token has expired',
    'v2 forms, bound to Authorization',
    'v2 forms, Authorization of another user',
  ],
};

/** What stands in for the tokens of the cases, which only the published secret signs. Each lives for an hour. */
const FRESH: ReadonlyMap<string, (secretBase64: string) => string> = new Map([
  [VALID, (secretBase64) => signApproovToken({}, { secretBase64, expiresInSeconds: 3600 })],
  [BOUND, (secretBase64) => signApproovToken({}, { secretBase64, expiresInSeconds: 3600, bind: CREDENTIAL })],
  [EXPIRED, (secretBase64) => signApproovToken({}, { secretBase64, expiresInSeconds: -3600 })],
]);

/** Lines for a shell that try a server, with tokens of the configured secret. */
export function curlLines(server: Server, base: string): string {
  const shown = cases.filter((each) => each.server === server && SHOWN[server].includes(each.name));
  return shown
    .map((each) => `# ${each.name}: ${expectation(each)}\n${curlLine(base, withFreshTokens(each))}\n`)
    .join('\n');
}

function withFreshTokens(each: RequestCase): RequestCase {
  const headers = each.headers.map(([name, value]): [string, string] => {
    return [name, FRESH.get(value)?.(configuredSecret()) ?? value];
  });
  return { ...each, headers };
}

function configuredSecret(): string {
  const { APPROOV_BASE64_SECRET, APPROOV_BASE64URL_SECRET = '' } = process.env;
  return APPROOV_BASE64_SECRET ?? Buffer.from(APPROOV_BASE64URL_SECRET, 'base64url').toString('base64');
}
