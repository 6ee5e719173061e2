import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { approov, verifyApproovBinding, verifyApproovToken } from '../../src/approov/index.js';
import { formMistake, valueMistake } from '../../src/approov/binding-mistakes.js';
import { createGuard } from '../../src/create-guard.js';
import { inspectEvidence } from '../../src/inspect/index.js';
import { Explanation } from '../../src/kernel/explanation.js';
import type { DecisionEvent } from '../../src/ports/events.js';
import { KEYS, NOW, payFor, refusal, SECRET_BASE64, token } from './support/tokens.js';

const USER = 'Bearer user-token';
const sha256 = (value: string | Buffer): Buffer => createHash('sha256').update(value).digest();
const DIGEST = sha256(USER);

/** The claim, the value in the request, and what the operator is told. */
const MISTAKES: readonly (readonly [name: string, pay: string, value: string, code: string, says: RegExp])[] =
  [
    [
      'the credential alone',
      payFor('user-token'),
      USER,
      'MISMATCH',
      /^the app bound what follows "Bearer ": .*binding\.part to credential/,
    ],
    [
      'the credential of another scheme',
      payFor('abc'),
      'DPoP abc',
      'MISMATCH',
      /^the app bound what follows the scheme: /,
    ],
    [
      'the whole value, of which a part is sent',
      payFor(USER),
      'user-token',
      'MISMATCH',
      /^the app bound the value with "Bearer " before it/,
    ],
    ['small letters', payFor('bearer user-token'), USER, 'MISMATCH', /"bearer" in small letters/],
    [
      'the name of the field',
      payFor(`Authorization: ${USER}`),
      USER,
      'MISMATCH',
      /the name of the header field too/,
    ],
    [
      'a digest',
      sha256(DIGEST).toString('base64'),
      USER,
      'MISMATCH',
      /^the app bound the SHA-256 of the value: the SDK hashes/,
    ],
    [
      'a hexadecimal digest',
      payFor(DIGEST.toString('hex')),
      USER,
      'MISMATCH',
      /^the app bound the text of the hexadecimal digest/,
    ],
    [
      'a base64 digest',
      payFor(DIGEST.toString('base64')),
      USER,
      'MISMATCH',
      /^the app bound the text of the base64 digest/,
    ],
    ['quotation marks', payFor(`"${USER}"`), USER, 'MISMATCH', /^the app bound the value in quotation marks/],
    ['a line feed', payFor(`${USER}\n`), USER, 'MISMATCH', /^the app bound the value and a line feed/],
    ['nothing', payFor(''), USER, 'MISMATCH', /^the app bound an empty value/],
    [
      'the digest in hexadecimal as the claim',
      DIGEST.toString('hex'),
      USER,
      'CLAIM_INVALID',
      /^the claim is the hexadecimal digest/,
    ],
    [
      'the same in capitals',
      DIGEST.toString('hex').toUpperCase(),
      USER,
      'CLAIM_INVALID',
      /^the claim is the hexadecimal digest/,
    ],
    [
      'the digest in the URL alphabet',
      DIGEST.toString('base64url'),
      USER,
      'CLAIM_INVALID',
      /^the claim is in the URL alphabet/,
    ],
    [
      'the digest without padding',
      sha256('Bearer 4').toString('base64').replace('=', ''),
      'Bearer 4',
      'CLAIM_INVALID',
      /^the claim /,
    ],
  ];

describe('a token bound to', () => {
  it.each(MISTAKES)('%s says so to the operator', (_, pay, value, code, says) => {
    const result = verifyApproovToken(token({ pay }), { keys: KEYS, now: NOW });
    const error = refusal(() => verifyApproovBinding(result, Buffer.from(value, 'latin1')));
    expect(error.code).toBe(`ERR_APPROOV_BINDING_${code}`);
    expect(error.cause).toBeInstanceOf(Explanation);
    expect((error.cause as Error).message).toMatch(says);

    const at = new Date(NOW).toISOString();
    const file = { kind: 'approov-token', token: token({ pay }), secretBase64: SECRET_BASE64, at };
    const report = inspectEvidence({ ...file, binding: value });
    expect(report).toMatchObject({ verdict: 'fail', code: error.code });
    const detail = report.checks.find(({ ok }) => !ok)?.detail.split('. Likely mistake: ')[1];
    expect(detail).toMatch(says);
  });

  it.each<[string, unknown]>([
    ['another value', payFor('Bearer other')],
    ['random bytes', randomBytes(32).toString('base64')],
    ['the hexadecimal digest of another value', sha256('x').toString('hex')],
    ['the base64url digest of another value', `${sha256('x').toString('base64url')}`],
    ['a number', 1],
    ['a list', [DIGEST.toString('hex')]],
    ['null', null],
  ])('%s names none', (_, pay) => {
    const result = verifyApproovToken(token({ pay }), { keys: KEYS, now: NOW });
    expect(refusal(() => verifyApproovBinding(result, Buffer.from(USER)))).not.toHaveProperty('cause');
  });

  it('a value of more than 4 KiB is not looked into', () => {
    const value = `Bearer ${'x'.repeat(4096)}`;
    const result = verifyApproovToken(token({ pay: payFor(value.slice(7)) }), { keys: KEYS, now: NOW });
    expect(refusal(() => verifyApproovBinding(result, Buffer.from(value)))).not.toHaveProperty('cause');
  });
});

describe('the mistake', () => {
  const [, pay, , , says] = MISTAKES[0] ?? ['', '', '', '', /x/];
  const decide = (more: object) => {
    const events: DecisionEvent[] = [];
    const guard = createGuard({
      evidence: [approov({ secretBase64: SECRET_BASE64 })],
      now: () => NOW,
      onEvent: (event) => events.push(event as DecisionEvent),
      ...more,
    });
    const fields = (name: string): string[] =>
      name === 'approov-token' ? [token({ pay })] : name === 'authorization' ? [USER] : [];
    const decision = guard.check({ method: 'GET', target: '/', fields }, guard.route({ binding: true }));
    if (decision instanceof Promise) throw new Error('nothing had to be fetched');
    return { decision, events };
  };

  it.each([{}, { expose: true }])('is in the event and never in the answer: %j', (more) => {
    const { decision, events } = decide(more);
    expect(events[0]?.refused?.cause).toMatch(says);
    expect(events[0]?.refused?.says).not.toMatch(says);
    expect(decision.outcome).toBe('refuse');
    if (decision.outcome === 'refuse')
      expect(JSON.stringify(decision.response)).not.toMatch(/the app bound|Likely/);
  });

  it('is in what is reported too', () => {
    const { decision, events } = decide({ enforcement: 'report' });
    expect(decision.outcome).toBe('accept');
    expect(events[0]?.reported[0]?.cause).toMatch(says);
  });
});

it('is not looked for without a value, or in one that is longer than any header', () => {
  const long = Buffer.alloc(4097, 'a');
  for (const data of [undefined, long]) {
    expect(formMistake(sha256(data ?? '').toString('hex'), data)).toBeUndefined();
    expect(valueMistake(sha256(sha256(data ?? '')), data)).toBeUndefined();
  }
  const longest = long.subarray(1);
  expect(formMistake(sha256(longest).toString('hex'), longest)).toMatch(
    /^the claim is the hexadecimal digest/,
  );
  expect(valueMistake(sha256(sha256(longest)), longest)).toMatch(/^the app bound the SHA-256 of the value/);
});

it('is not seen in padding within the digest, or in a scheme within the value', () => {
  const values = Array.from({ length: 50 }, (_, at) => Buffer.from(`Bearer ${at}`));
  // In the URL alphabet this digest is another text.
  const bound = values.find((each) => /[+/]/.test(sha256(each).toString('base64'))) as Buffer;
  const base64 = sha256(bound).toString('base64');
  expect(formMistake(`${base64}=`, bound)).toMatch(/^the claim has other padding/);
  expect(formMistake(`${base64.slice(0, 9)}=${base64.slice(9, -1)}`, bound)).toBeUndefined();
  const value = 'my bearer token';
  expect(valueMistake(sha256(`bearer${value.slice(6)}`), Buffer.from(value))).toBeUndefined();
});
