import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { inspectEvidence } from '../../src/inspect/index.js';
import { readSecrets } from '../../src/sessions/tokens/derived-keys.js';
import { sessionKeys } from '../../src/sessions/tokens/session-signer.js';
import { createVirtualApple } from 'attestkit-testing/apple';
import { APP_CHECK, chainFile, PAYLOAD, TOKEN } from '../inspect/support/android-files.js';
import { cli, ENV } from './support/terminal.js';
import { TRUST_FACTS } from '../sessions/support/trust-facts.js';

const secret = randomBytes(48).toString('base64');
const other = randomBytes(48).toString('base64');
const now = Math.floor(Date.now() / 1000);
const session = sessionKeys('secret', readSecrets(secret, 'secret')).sign({
  type: 'attested_session',
  device_id: 'phone-1',
  iat: now,
  exp: now + 1800,
  jti: 'j',
  sid: 's',
  rid: 'r',
  kind: 'app-attest',
  attestation: TRUST_FACTS,
  sub: 'a\u202eb',
}) as string;

const apple = createVirtualApple();
const key = apple.createIPhone({ appId: 'TEAMID1234.com.example.app' }).generateKey();
const challenge = randomBytes(32);
const ATTESTATION = {
  kind: 'app-attest-attestation',
  appId: 'TEAMID1234.com.example.app',
  keyId: key.keyId,
  challenge: challenge.toString('base64'),
  attestation: Buffer.from(key.attest({ challenge })).toString('base64'),
  roots: [Buffer.from(apple.attestationRoot).toString('base64')],
};

function inspected(evidence: unknown, env: Readonly<Record<string, string>> = {}, ...argv: string[]) {
  const stdin = typeof evidence === 'string' ? evidence : JSON.stringify(evidence);
  return cli(['inspect', '-', ...argv], env, { stdin });
}

describe('a session token', () => {
  it.each<[string, Readonly<Record<string, string>>, string[]]>([
    ['the environment', { ...ENV, JWT_SECRET: secret }, []],
    ['the secret that only verifies', { JWT_SECRET: other, JWT_SECRET_PREVIOUS: secret }, []],
    ['the secret that signs', { JWT_SECRET: secret, JWT_SECRET_PREVIOUS: other }, []],
    ['the option, which comes first', { JWT_SECRET: 'not looked at' }, ['--secret', secret]],
  ])('takes its secret from %s', async (_, env, argv) => {
    const { status, out } = await inspected(session, env, ...argv);
    expect(status).toBe(0);
    expect(out).toMatch(/^Session token, as of /);
    expect(out).toMatch(/^ {2}exp: \d+ {2}\d{4}-\d\d-\d\dT/m);
    expect(out).toMatch(/\nPASS\n {5}revocation not checked: /);
    expect(out).not.toContain('\u202e');
  });

  it('has no use for the secret of Approov', async () => {
    const { status, out } = await inspected(session, ENV);
    expect(status).toBe(1);
    expect(out).toContain('FAILED    known key');
    expect(out.replace(/\s+/g, ' ')).toContain('give --secret or JWT_SECRET');
    expect(out).toContain(
      '\nFAIL ERR_SESSION_KEY_UNKNOWN\n     the session token names no configured key: no key was given: ',
    );
  });

  it('leaves the environment alone where the file has a key', async () => {
    const file = { kind: 'session-token', token: session, secret };
    expect((await inspected(file, { JWT_SECRET: 'x' })).status).toBe(0);
    const { status, err } = await inspected(file, {}, '--secret', secret);
    expect([status, err]).toEqual([
      2,
      expect.stringMatching(/: secret is given in the evidence and beside it/),
    ]);
  });

  it('has no binding', async () => {
    const { status, err } = await inspected(session, { JWT_SECRET: secret }, '--binding', 'x');
    expect([status, err]).toEqual([
      2,
      expect.stringMatching(/: binding is not a member of session-token evidence/),
    ]);
  });
});

describe('evidence of App Attest', () => {
  it('is shown check by check, with what it says, and long bytes by --json alone', async () => {
    const { status, out } = await inspected(ATTESTATION, { ...ENV, JWT_SECRET: secret });
    expect(status).toBe(0);
    expect(out).toMatch(/^App Attest attestation, as of /);
    expect(out).toMatch(/^ {2}ok {8}nonce matches$/m);
    expect(out).toMatch(/^Result\n {2}appId: "TEAMID1234\.com\.example\.app"$/m);
    expect(out).toMatch(/^ {2}key\.id: "[\w-]{43}"$/m);
    expect(out).toMatch(/^ {2}virtual: true$/m);
    expect(out).toMatch(/^ {2}receipt: \d+ characters, shown by --json$/m);
    expect(out).toMatch(/\nPASS\n {5}receipt not checked: inspect it as app-attest-receipt\n$/);
    expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('is printed as inspectEvidence reports it, as JSON', async () => {
    const evidence = { ...ATTESTATION, at: new Date().toISOString() };
    const { out } = await inspected(evidence, {}, '--json');
    expect(JSON.parse(out)).toEqual(JSON.parse(JSON.stringify(inspectEvidence(evidence))));
    expect(JSON.parse(out)).toMatchObject({
      verdict: 'pass',
      result: { key: { publicKey: expect.any(String) } },
    });
  });

  it('says what its values are worth where it fails', async () => {
    const { status, out } = await inspected({ ...ATTESTATION, challenge: '' });
    expect(status).toBe(1);
    expect(out).toContain('FAILED    nonce matches');
    expect(out).toContain('\nResult, for which nothing vouches\n');
    expect(out).toContain('\nFAIL ERR_APP_ATTEST_NONCE_MISMATCH\n');
    const junk = await inspected({ ...ATTESTATION, attestation: 'AAAA' });
    expect([junk.status, junk.err]).toEqual([1, '']);
    expect(junk.out).toContain('The checks that follow need what could not be read.');
  });

  it.each<[string, object, string[], RegExp]>([
    [
      'a secret',
      {},
      ['--secret', secret],
      /: --secret is for Approov tokens and sessions, and this is app-attest-attestation\n/,
    ],
    ['a binding', {}, ['--binding', 'x'], /: binding is not a member of app-attest-attestation evidence/],
    [
      'bytes that are no base64',
      { attestation: '?' },
      [],
      /: attestation is not base64 or base64url\. Give /,
    ],
    ['nothing attested', { attestation: undefined }, [], /: attestation is missing\. Give /],
  ])('cannot be used with %s', async (_, members, argv, message) => {
    const { status, out, err } = await inspected({ ...ATTESTATION, ...members }, {}, ...argv);
    expect([status, out]).toEqual([2, '']);
    expect(err).toMatch(message);
    expect(err).toMatch(/\nSee: attestkit inspect --help\n$/);
  });
});

describe('evidence of Android', () => {
  it.each([
    [
      'Android key attestation',
      chainFile(),
      'verified boot not checked: give "policy": {"verifiedBoot": "required"}',
    ],
    ['Play Integrity verdict', PAYLOAD, 'origin not checked: nothing vouches for a bare payload'],
    ['Play Integrity verdict', TOKEN, 'earlier use not checked: the server knows, or Google'],
    ['App Check token', APP_CHECK, 'earlier use not checked: the server knows, or Google'],
  ] as const)('is shown check by check: %s', async (title, file, note) => {
    const { status, out, err } = await inspected(file, ENV);
    expect([status, err]).toEqual([0, '']);
    expect(out.startsWith(`${title}, as of ${file.at}\n`)).toBe(true);
    expect(out).toContain('\nPASS\n');
    expect(out).toContain(`     ${note}\n`);
    expect(out).not.toContain('undefined');
    expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('says what an attestation says, and long bytes by --json alone', async () => {
    const { out } = await inspected(chainFile());
    expect(out).toMatch(/^ {2}keyDescription\.hardwareEnforced\.osVersion: 160000 {2}16\.0\.0$/m);
    expect(out).toMatch(/^ {2}facts\.rootKind: "virtual"$/m);
  });

  it('says what a verdict says, once', async () => {
    const { out } = await inspected(PAYLOAD);
    expect(out.match(/appRecognitionVerdict: "PLAY_RECOGNIZED"/g)).toHaveLength(1);
  });

  it('shows the times of a token', async () => {
    const { out } = await inspected(APP_CHECK);
    expect(out).toMatch(/^Claims$/m);
    expect(out).toMatch(/^ {2}exp: \d+ {2}\d{4}-\d\d-\d\dT/m);
  });

  it.each([
    [
      'of a locked device',
      { ...chainFile(), policy: { verifiedBoot: 'required', provisioning: 'remote' } },
      0,
    ],
    ['of no root', { ...chainFile(), roots: undefined }, 1],
    ['of an old verdict', { ...PAYLOAD, at: '2026-06-02T12:00:00Z' }, 1],
    ['of a foreign token', { ...APP_CHECK, projectNumber: '1' }, 1],
    ['of two bindings', { ...PAYLOAD, expect: { nonce: 'a', requestHash: 'a' } }, 2],
    ['without a key', { ...TOKEN, decryptionKey: undefined }, 2],
    ['without a set of keys', { ...APP_CHECK, jwks: undefined }, 2],
  ] as const)('has the status of what it is: %s', async (_, file, status) => {
    expect((await inspected(file)).status).toBe(status);
  });

  it.each([chainFile(), PAYLOAD, APP_CHECK])('has no secret: $kind', async (file) => {
    const { status, err } = await inspected(file, {}, '--secret', secret);
    expect(status).toBe(2);
    expect(err).toContain(`: --secret is for Approov tokens and sessions, and this is ${file.kind}\n`);
  });
});

describe('the help', () => {
  it('has an example of every kind', async () => {
    const { out } = await cli(['inspect', '--help'], {});
    const { err } = await inspected({ kind: 'x' });
    const kinds = /Kinds are: (.*)\./.exec(err)?.[1]?.split(', ') ?? [];
    expect(kinds).toHaveLength(10);
    for (const kind of kinds) expect(out).toContain(`"kind": "${kind}"`);
  });
});
