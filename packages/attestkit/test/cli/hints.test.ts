import { describe, expect, it } from 'vitest';
import { token } from '../app-check/support/tokens.js';
import { remoteDrafts } from '../key-attestation/support/forge.js';
import { token as playToken } from '../play-integrity/support/tokens.js';
import { APP_CHECK, CHAIN_MEMBERS, chainFile, PAYLOAD } from '../inspect/support/android-files.js';
import { causeOf } from '../../src/inspect/causes/causes.js';
import { mintApproovToken } from 'attestkit-testing/approov';
import { cli, ENV, SECRET } from './support/terminal.js';

const HINT =
  /\nFAIL \w+\n {5}[^\n]+(\n {5}[^\n]+)*\n {5}It was checked as of the current time\. [^\0]*set "at"/;

async function inspected(file: object | string, ...argv: readonly string[]) {
  const stdin = typeof file === 'string' ? file : JSON.stringify(file);
  return cli(['inspect', '-', ...argv], ENV, { stdin });
}

/** Long past, whenever these tests are run. */
const OLD_CHECK = {
  ...APP_CHECK,
  token: token({ iat: 1_500_000_000, exp: 1_500_003_600 }),
};
const OLD_CHAIN = chainFile(
  undefined,
  remoteDrafts().map((draft) => ({ ...draft, notBefore: 0, notAfter: 1_500_000_000_000 })),
);
const OLD_VERDICT = {
  ...PAYLOAD,
  payload: {
    ...PAYLOAD.payload,
    requestDetails: {
      requestPackageName: 'com.example.app',
      nonce: PAYLOAD.expect.nonce,
      timestampMillis: '1500000000000',
    },
  },
};

describe('the hint at the time of the refusal', () => {
  it.each<[string, object, string]>([
    ['a verdict', OLD_VERDICT, 'ERR_PLAY_INTEGRITY_TOO_OLD'],
    ['a token of App Check', OLD_CHECK, 'ERR_APP_CHECK_TOKEN_EXPIRED'],
    ['a chain', OLD_CHAIN, 'ERR_KEY_ATTESTATION_EXPIRED'],
  ])('is there for %s that is old, and was not said to be of then', async (_, file, code) => {
    for (const at of [undefined, null]) {
      const { status, out } = await inspected({ ...file, at });
      expect(status).toBe(1);
      expect(out).toContain(`\nFAIL ${code}\n`);
      expect(out).toMatch(HINT);
      expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
    }
    expect((await inspected({ ...file, at: '2036-06-01T12:00:00Z' })).out).not.toContain('It was checked');
  });

  it('is not there where something else is the first that failed, or nothing is', async () => {
    const other = await inspected({
      ...OLD_VERDICT,
      at: undefined,
      expect: { packageName: 'com.example.other' },
    });
    expect(other.out).toContain('\nFAIL ERR_PLAY_INTEGRITY_REQUEST_PACKAGE_MISMATCH\n');
    expect(other.out).not.toContain('It was checked');
    expect((await inspected(PAYLOAD)).out).not.toContain('It was checked');
  });

  it('is not in JSON', async () => {
    const { out } = await inspected({ ...OLD_CHECK, at: undefined }, '--json');
    expect(out).not.toContain('It was checked');
  });
});

describe('the usual cause and the remedy', () => {
  const unlike = { ...APP_CHECK, projectNumber: '1' };
  const { cause = '', remedy = '' } = causeOf('ERR_APP_CHECK_TOKEN_ISSUER_MISMATCH') ?? {};

  it('follow the code and its sentence, a line for each actor', async () => {
    const [, end = ''] = (await inspected(unlike)).out.split('\nFAIL ');
    expect(end).toMatch(
      /^ERR_\w+\n {5}[^\n]+(\n {5}[^\n]+)*\n {5}Usual cause: The token belongs to another[^\0]*\n {5}Remedy \(operator\): set `projectNumber`[^\0]*\n {5}Remedy \(app author\): or build/,
    );
    const said = end.replaceAll(/\s+/g, ' ');
    expect(said).toContain(cause);
    for (const part of remedy.split(/(?:Operator|App author): /).filter(Boolean))
      expect(said).toContain(part.trim());
    expect(end.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('leave the cause out if the mistake itself is known', async () => {
    const placeholder = Buffer.from('{"error":"UNKNOWN_ERROR"}').toString('base64');
    const end = (await inspected(placeholder)).out.split('\nFAIL ')[1]?.replaceAll(/\s+/g, ' ');
    expect(end).toContain('Likely mistake: ');
    expect(end).not.toContain('Usual cause');
    expect(end).toContain('Remedy (app author): ');
  });

  it('are absent if the evidence passes, and if no key was given', async () => {
    for (const out of [
      (await inspected(PAYLOAD)).out,
      (await cli(['inspect', mintApproovToken({ secretBase64: SECRET })], {})).out,
    ]) {
      expect(out).not.toContain('Usual cause');
      expect(out).not.toContain('Remedy');
    }
  });

  it('are members of the JSON', async () => {
    const failed: unknown = JSON.parse((await inspected(unlike, '--json')).out);
    expect(failed).toMatchObject({ code: 'ERR_APP_CHECK_TOKEN_ISSUER_MISMATCH', cause, remedy });
    const passed: unknown = JSON.parse((await inspected(PAYLOAD, '--json')).out);
    expect(passed).not.toHaveProperty('cause');
    expect(passed).not.toHaveProperty('remedy');
  });
});

describe('the hint at the challenge', () => {
  it('stands where the check failed', async () => {
    const { out } = await inspected({
      ...chainFile({ challenge: 'AQAB' }),
      ...CHAIN_MEMBERS,
      challenge: 'AQAB',
    });
    expect(out.replaceAll(/\s+/g, ' ')).toContain(
      'a challenge as the server returned it, text, is "challengeText" ok key generated in hardware',
    );
  });
});

describe('a bare token of Google’s', () => {
  it.each([
    ['Play Integrity', playToken()],
    ['Firebase App Check', token()],
  ])('cannot be used: %s', async (name, bare) => {
    const { status, out, err } = await inspected(bare);
    expect([status, out]).toEqual([2, '']);
    expect(err).toMatch(new RegExp(`^attestkit inspect: evidence is read as a ${name} token`));
    expect(err).toMatch(/\nSee: attestkit inspect --help\n$/);
    expect(err).not.toContain(bare);
  });
});

describe('the help', () => {
  it('has the time in the examples of Android', async () => {
    const { out } = await cli(['inspect', '--help'], {});
    for (const kind of ['key-attestation', 'key-attestation-signature', 'play-integrity', 'app-check'])
      expect(out).toContain(`{ "kind": "${kind}", "at": "2026-06-01T12:00:00Z"`);
    expect(out.indexOf('"challengeText"')).toBeLessThan(out.indexOf('"challenge"'));
  });
});
