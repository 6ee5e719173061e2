import { execFile, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { AttestationError } from 'attestkit';
import { remoteJwks } from 'attestkit/jwks';
import { verifySessionToken } from 'attestkit/sessions';
import { createVirtualApple } from 'attestkit-testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { AUDIENCE, backend, enrollmentServer, PREFIX } from './servers/backend.js';
import { IPhone } from './devices/iphone.js';
import { portOf, serveEach } from './servers/serving.js';
import { express5 } from './targets/express.js';

// Services that verify session tokens by themselves, as docs/sessions.md has it.

const serve = serveEach();

async function issue(algorithm: 'ES256' | 'EdDSA') {
  const { privateKey } =
    algorithm === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('ed25519');
  // Python goes by the clock of the machine.
  const apple = createVirtualApple();
  const appleRoots = [apple.attestationRoot, apple.receiptRoot];
  const server = backend({ sessions: { keys: { algorithm, privateKey } }, now: Date.now }, { appleRoots });
  const running = await serve(express5, enrollmentServer(server));
  const { session_token: token } = await new IPhone(apple, running.send).enroll();
  return { token, url: `http://127.0.0.1:${portOf(running)}${PREFIX}/jwks.json` };
}

/** The same token with another payload. */
function forged(token: string): string {
  const [header, payload = '', signature] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
  return [
    header,
    Buffer.from(JSON.stringify({ ...claims, sub: 'eve' })).toString('base64url'),
    signature,
  ].join('.');
}

describe('another service in Node', () => {
  it.each(['ES256', 'EdDSA'] as const)(
    'verifies a session token signed with %s by the published keys',
    async (algorithm) => {
      const { token, url } = await issue(algorithm);
      const keys = remoteJwks(url, { algorithm });
      const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
        rid: string;
      };
      await expect(verifySessionToken(token, { keys, audience: AUDIENCE })).resolves.toMatchObject({
        recordId: claims.rid,
        enrolledBy: 'appAttest',
      });
      const refused = async (sent: string, audience = AUDIENCE): Promise<string> => {
        try {
          await verifySessionToken(sent, { keys, audience });
        } catch (error) {
          if (error instanceof AttestationError) return error.code;
          throw error;
        }
        return 'none';
      };
      expect(await refused(forged(token))).toBe('ERR_SESSION_SIGNATURE_INVALID');
      expect(await refused(token, 'https://other.example.com')).toBe('ERR_SESSION_AUDIENCE_MISMATCH');
      expect(await refused((await issue(algorithm)).token)).toBe('ERR_SESSION_KEY_UNKNOWN');
    },
  );

  it('is told that keys cannot be fetched', async () => {
    const { token } = await issue('ES256');
    const keys = remoteJwks('http://127.0.0.1:1/jwks.json', { algorithm: 'ES256' });
    await expect(verifySessionToken(token, { keys })).rejects.toMatchObject({ code: 'ERR_JWKS_UNAVAILABLE' });
  });
});

/** Debian's, which has PyJWT by python3-jwt: .ci/run installs it. */
const PYTHON = '/usr/bin/python3';
const hasPyJwt = spawnSync(PYTHON, ['-c', 'import jwt, cryptography']).status === 0;

if (!hasPyJwt && process.env['CI'] === 'true')
  throw new Error('PyJWT is missing: apt-get install python3-jwt');
if (!hasPyJwt)
  process.stderr.write(
    'skipped: a service in Python, since PyJWT is missing (apt-get install python3-jwt)\n',
  );

describe.skipIf(!hasPyJwt)('a service in Python', () => {
  const page = readFileSync(new URL('../docs/sessions.md', import.meta.url), 'utf8');
  const [, snippet = ''] = /```python\n(.*?)```/s.exec(page) ?? [];
  let issued: Awaited<ReturnType<typeof issue>>;
  beforeEach(async () => {
    issued = await issue('ES256');
  });

  const verify = async (token: string): Promise<Record<string, unknown>> => {
    const script = `${snippet.replace('https://api.example.com/device/jwks.json', issued.url)}
import json, sys
try:
    print(json.dumps(verify_session(sys.argv[1])))
except jwt.PyJWTError as error:
    print(json.dumps({"refused": type(error).__name__}))`;
    const { stdout } = await promisify(execFile)(PYTHON, ['-c', script, token]);
    return JSON.parse(stdout) as Record<string, unknown>;
  };

  it('verifies a session token as the page says', async () => {
    expect(await verify(issued.token)).toMatchObject({ type: 'attested_session', kind: 'appAttest' });
  });

  it('refuses what another key signed, what was changed, and what is another token', async () => {
    expect(await verify(forged(issued.token))).toEqual({ refused: 'InvalidSignatureError' });
    const { token } = await issue('ES256');
    expect(await verify(token)).toEqual({ refused: 'PyJWKClientError' });
    const [, ...rest] = issued.token.split('.');
    const header = Buffer.from(JSON.stringify({ alg: 'ES256', typ: 'JWT' })).toString('base64url');
    expect(await verify([header, ...rest].join('.'))).toEqual({ refused: 'InvalidTokenError' });
  });
});
