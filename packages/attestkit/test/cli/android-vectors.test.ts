import { randomBytes, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { keyPair } from '../app-check/support/tokens.js';
import { rootName } from '../key-attestation/support/published.js';
import { vectors, type Vector } from '../vectors.js';
import { cli } from './support/terminal.js';

interface Said {
  readonly keyDescription?: unknown;
  readonly facts?: Readonly<Record<string, unknown>>;
  readonly payload?: unknown;
}

interface Report {
  readonly verdict: string;
  readonly code?: string;
  readonly checks: readonly { readonly ok: boolean; readonly code: string }[];
  readonly result?: Said;
  readonly unverified?: Said;
}

/** Inspects a file on standard input, as JSON and as text; fails the test where the two disagree. */
async function inspected(evidence: object): Promise<Report> {
  const stdin = JSON.stringify(evidence);
  const { status, out, err } = await cli(['inspect', '-', '--json'], {}, { stdin });
  expect(err).toBe('');
  const report = JSON.parse(out) as Report;
  expect([status, report.verdict]).toEqual(status === 0 ? [0, 'pass'] : [1, 'fail']);
  const text = await cli(['inspect', '-'], {}, { stdin });
  expect(text.status).toBe(status);
  expect(text.out.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect(text.out.match(/^ {2}(ok {7}|FAILED {3}|not asked) /gm)).toHaveLength(report.checks.length);
  expect(text.out).toContain(status === 0 ? '\nPASS\n' : `\nFAIL ${report.code}\n     `);
  return report;
}

const failed = ({ checks }: Report): readonly string[] =>
  checks.filter(({ ok }) => !ok).map(({ code }) => code);

interface Verdicts {
  readonly verdict: string;
  readonly verdictWithVerifiedBootRequired: string;
}

const chains = vectors('key-attestation/');
const verdicts = vectors('play-integrity/');
const tokens = vectors('app-check/');

describe('real chains of Android', () => {
  chains.run('are there', (files) => expect(files.length).toBeGreaterThanOrEqual(40));

  it.each(chains.files)('$file', async (vector) => {
    const { file: _, ...file } = vector;
    const { verdict, verdictWithVerifiedBootRequired: stricter } = file['expected'] as Verdicts;
    const report = await inspected(file);
    expect(report.verdict).toBe(verdict);
    const strict = await inspected({ ...file, policy: { verifiedBoot: 'required' } });
    expect(strict.verdict).toBe(stricter);

    const { facts, keyDescription } = report.result ?? report.unverified ?? {};
    expect(keyDescription ?? null).toEqual(file['keyDescription']);
    const { parseError: _error, leafKey, ...known } = file['facts'] as Readonly<Record<string, unknown>>;
    const rootKind = rootName(
      facts?.['rootKind'] as string | undefined,
      facts?.['rootOmitted'] === true && facts['rootKind'] !== undefined,
    );
    expect({ ...facts, rootKind }).toMatchObject(known);
    expect(leafKey).toContain(facts?.['leafKey']);
  });
});

/** The code of each payload; those that are fragments of a verdict have no request. */
const CODES: Readonly<Record<string, string>> = {
  'docs-standard-request.json': 'pass',
  'selfmade-local-token.json': 'pass',
  'docs-classic-request.json': 'TOO_OLD',
  'real-unevaluated.json': 'EVALUATION_MISSING',
  'replayed-token-cleared.json': 'EVALUATION_MISSING',
  'worldcoin-missing-appIntegrity.json': 'APP_MISSING',
};

interface Payload {
  readonly requestDetails?: Readonly<Record<string, string>>;
}

/** What a verdict says of itself, and a minute after its own time; of what says 1970, today. */
function fileOf(vector: Vector): Readonly<Record<string, unknown>> {
  const payload = vector['payload'] as Payload;
  const { requestPackageName, requestHash, nonce, timestampMillis } = payload.requestDetails ?? {};
  const time = Number(timestampMillis ?? 0);
  return {
    kind: 'play-integrity',
    payload,
    expect: {
      packageName: requestPackageName ?? 'com.package.name',
      ...(requestHash === undefined ? { nonce: nonce ?? 'none' } : { requestHash }),
      // As the documentation shows it; it is no SHA-256.
      acceptedCertificates: ['6a6a1474b5cbbb2b1aa57e0bc3'],
    },
    at: new Date(time > 1e12 ? time + 60_000 : Date.parse('2026-06-01')).toISOString(),
  };
}

describe('published verdicts of Play Integrity', () => {
  verdicts.run('are there', (files) => expect(files.length).toBeGreaterThanOrEqual(12));

  it.each(verdicts.files)('$file', async (vector) => {
    const file = fileOf(vector);
    const isFragment = (vector['payload'] as Payload).requestDetails === undefined;
    const code = isFragment ? 'REQUEST_MISSING' : CODES[vector.file];
    for (const expected of [file['expect'], undefined]) {
      const report = await inspected({ ...file, expect: expected });
      expect(report.code ?? 'pass').toBe(code === 'pass' ? 'pass' : `ERR_PLAY_INTEGRITY_${code}`);
      expect((report.result ?? report.unverified)?.payload).toEqual(vector['payload']);
      if (vector.file === 'docs-testing-details.json')
        expect(failed(report)).toContain('ERR_PLAY_INTEGRITY_TESTING_DENIED');
    }
  });

  it.each(verdicts.files.filter(({ token }) => token !== undefined))(
    '$file, decrypted with its keys',
    async (vector) => {
      const { payload: _, ...file } = fileOf(vector);
      const keys = {
        decryptionKey: vector['base64OfEncodedDecryptionKey'],
        verificationKey: vector['base64OfEncodedVerificationKey'],
      };
      const report = await inspected({ ...file, ...keys, token: vector['token'] });
      expect(report.result?.payload).toEqual(vector['payload']);
      const other = { ...keys, decryptionKey: randomBytes(32).toString('base64') };
      expect(failed(await inspected({ ...file, ...other, token: vector['token'] }))).toHaveLength(1);
    },
  );
});

describe('the claims of App Check tokens', () => {
  tokens.run('are there', (files) => expect(files).toHaveLength(2));

  const claims = tokens.files.find(({ valid }) => valid !== undefined);
  const jwks = tokens.files.find(({ keys }) => keys !== undefined);
  const { privateKey, publicKey } = keyPair();
  const now = 1_780_000_000;

  /** A token of the published shape, by a key of our own under the published `kid`. */
  function fileWith(changes: { header?: object; payload?: object; key?: typeof privateKey } = {}): object {
    const { header, payload } = (claims?.['valid'] ?? {}) as {
      header: { kid: string };
      payload: { sub: string };
    };
    const [iss, ...aud] = ['https://firebaseappcheck.googleapis.com/1234', 'projects/1234', 'projects/name'];
    const body = { iss, aud, sub: payload.sub, iat: now, exp: now + 3600, ...changes.payload };
    const parts = [{ ...header, ...changes.header }, body];
    const input = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    const signature = sign('sha256', Buffer.from(input), changes.key ?? privateKey).toString('base64url');
    return {
      kind: 'app-check',
      token: `${input}.${signature}`,
      jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: header.kid }] },
      projectNumber: '1234',
      appIds: [payload.sub],
      at: new Date((now + 60) * 1000).toISOString(),
    };
  }

  /** What `reject` lists, each with what it is here. */
  const REJECTED: Readonly<Record<string, readonly [code: string, changes: Parameters<typeof fileWith>[0]]>> =
    {
      'alg != RS256': ['ALGORITHM_MISMATCH', { header: { alg: 'ES256' } }],
      'aud not array / lacks projects/<id>': ['AUDIENCE_MISMATCH', { payload: { aud: ['projects/other'] } }],
      'iss not starting https://firebaseappcheck.googleapis.com/': [
        'ISSUER_MISMATCH',
        { payload: { iss: 'x' } },
      ],
      'sub missing or empty': ['SUBJECT_INVALID', { payload: { sub: '' } }],
      expired: ['EXPIRED', { payload: { iat: now - 7200, exp: now } }],
      'unknown kid': ['KEY_UNKNOWN', { header: { kid: 'x' } }],
      'bad signature': ['SIGNATURE_INVALID', { key: keyPair().privateKey }],
    };

  it.skipIf(claims === undefined)('pass where they are valid, with `jti` or without', async () => {
    expect((await inspected(fileWith())).verdict).toBe('pass');
    expect((await inspected(fileWith({ payload: { jti: 'once' } }))).verdict).toBe('pass');
    const published = { keys: jwks?.['keys'] };
    expect((await inspected({ ...fileWith(), jwks: published })).code).toMatch(/_SIGNATURE_INVALID$/);
  });

  it.each((claims?.['reject'] ?? []) as readonly string[])('are refused: %s', async (words) => {
    const [code, changes] = REJECTED[words] ?? ['none', {}];
    const report = await inspected(fileWith(changes));
    expect(report.code).toBe(`ERR_APP_CHECK_TOKEN_${code}`);
  });
});
