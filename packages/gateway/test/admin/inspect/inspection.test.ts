import { CATALOG } from 'attestkit/catalog';
import type { CheckDef } from 'attestkit';
import { describe, expect, it } from 'vitest';
import { inspection } from '../../../src/admin/inspect/inspection.js';
import { decision, endpoint, refusal } from '../../support/events.js';
import { approovToken, SECRET } from '../../support/tokens.js';

const asked = (body: unknown): Readonly<Record<string, unknown>> => {
  const { status, text } = inspection(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));
  return { status, ...(JSON.parse(text) as Record<string, unknown>) };
};
const CODE = 'ERR_APPROOV_TOKEN_EXPIRED';

describe('evidence', () => {
  it('has its checks, each of them explained, and its parts', () => {
    const answer = asked({ evidence: `Approov-Token: ${approovToken()}`, members: { secretBase64: SECRET } });
    expect(answer).toMatchObject({
      status: 200,
      report: { kind: 'approov-token', verdict: 'pass', readAs: expect.any(String) as string },
      read: { kind: 'approov-token', title: 'Approov token' },
    });
    const { checks } = answer['report'] as { readonly checks: readonly { readonly code: string }[] };
    const explained = answer['explained'] as readonly { readonly code: string; readonly remedy: string }[];
    expect(explained.map(({ code }) => code).toSorted()).toEqual(
      [...new Set(checks.map(({ code }) => code))].toSorted(),
    );
    expect(answer['parts']).toHaveLength(1);
  });

  it('is inspected as of a time', () => {
    const evidence = approovToken({ exp: 1_800_000_000 });
    const at = (time: string): unknown =>
      asked({ evidence, at: time, members: { secretBase64: SECRET } })['report'];
    expect(at('2027-01-01T00:00:00Z')).toMatchObject({ verdict: 'pass', at: '2027-01-01T00:00:00.000Z' });
    expect(at('2028-01-01T00:00:00Z')).toMatchObject({
      verdict: 'fail',
      code: CODE,
      remedy: expect.any(String) as string,
    });
  });

  it('asks for what is missing, and shows what it was read as', () => {
    const answer = asked({ evidence: approovToken(), kind: 'app-check' });
    expect(answer).toMatchObject({
      status: 422,
      problem: {
        member: 'jwks',
        says: expect.stringMatching(/^jwks/) as string,
        remedy: expect.any(String) as string,
      },
      read: { kind: 'app-check' },
    });
    expect((answer['read'] as { takes: { member: string }[] }).takes.map(({ member }) => member)).toContain(
      'jwks',
    );
  });

  it.each([
    ['nothing that is known', { evidence: '{}' }],
    ['another kind', { evidence: approovToken(), kind: 'jwt' }],
    ['the name of the prototype as its kind', { evidence: approovToken(), kind: '__proto__' }],
    ['bytes that are nothing', { evidence: 'AAECAwQF/////w==', encoding: 'base64' }],
    [
      'deep nesting',
      {
        evidence:
          '{"kind":"key-attestation","certificateChain":' + '['.repeat(100_000) + ']'.repeat(100_000) + '}',
      },
    ],
    ['a time that is none', { evidence: approovToken(), at: 'yesterday', members: { secretBase64: SECRET } }],
    ['an unknown member', { evidence: approovToken(), members: { secretBase64: SECRET, constructor: 1 } }],
  ])('is refused with a sentence: %s', (_, body) => {
    const { status, problem } = asked(body);
    expect(status).toBe(422);
    expect(problem).toEqual({
      member: expect.any(String) as string,
      says: expect.stringMatching(/\w{3}/) as string,
      remedy: expect.stringMatching(/\w{3}/) as string,
    });
  });
});

describe('a body', () => {
  it.each([
    ['no JSON', '{'],
    ['a list', '[]'],
    ['nesting without end', '['.repeat(1_000_000)],
    ['no evidence', {}],
    ['evidence that is no text', { evidence: { token: 'x' } }],
    ['empty evidence', { evidence: '' }],
    ['too much of it', { evidence: 'x'.repeat(1_048_577) }],
    ['too many bytes', { evidence: 'A'.repeat(1_400_000), encoding: 'base64' }],
    ['another encoding', { evidence: 'x', encoding: 'hex' }],
    ['a kind that is no text', { evidence: 'x', kind: 7 }],
    ['a time that is no text', { evidence: 'x', at: 7 }],
    ['members that are a list', { evidence: 'x', members: [] }],
    ['a kind among the members', { evidence: 'x', members: { kind: 'app-check' } }],
    ['the prototype among the members', '{"evidence":"x","members":{"__proto__":{}}}'],
    ['the prototype', '{"evidence":"x","__proto__":{}}'],
    ['another member', { evidence: 'x', now: 1 }],
  ])('is refused with %s', (_, body) => {
    expect(asked(body)).toEqual({ status: 400, says: expect.stringMatching(/\w{3}/) as string });
  });
});

describe('a refused event', () => {
  it.each([
    ['an event', refusal(CODE), '2026-11-29T19:56:45.123Z'],
    ['an event of an endpoint', endpoint({ code: CODE, outcome: 'refused' }), '2026-11-29T19:56:45.123Z'],
    [
      'a line of the log',
      { level: 'warn', time: '2026-11-29T19:56:45.123Z', type: 'decision', code: CODE },
      '2026-11-29T19:56:45.123Z',
    ],
    [
      'a row of the dashboard',
      { id: 7, at: 1_800_000_000_000, code: CODE, outcome: 'refused' },
      '2027-01-15T08:00:00.000Z',
    ],
    ['the body of a refusal', { code: CODE, message: 'x' }, undefined],
    ['an event with a time that is none', { code: CODE, at: 1e300 }, undefined],
  ])('is explained: %s', (_, event, at) => {
    const answer = asked({ evidence: JSON.stringify(event) });
    expect(answer).toEqual({
      status: 200,
      event: expect.objectContaining({ code: CODE, cause: expect.any(String) as string }) as unknown,
      kind: 'approov-token',
      ...(at !== undefined && { at }),
    });
  });

  it.each([
    ['an accepted one', decision()],
    ['an unknown code', { code: 'ERR_UNKNOWN' }],
    ['a code of the prototype', { code: 'constructor' }],
    ['a code that is no text', { code: [CODE] }],
    ['evidence beside the code', { code: CODE, token: approovToken() }],
    ['evidence that names its kind', { kind: 'approov-token', code: CODE }],
  ])('is not %s', (_, event) => {
    expect(asked({ evidence: JSON.stringify(event) })).not.toHaveProperty('event');
  });

  it.each([
    ['a code alone', CODE],
    ['a message with a code', `Why do we see ${CODE}? And ${CODE} again`],
    ['a line of a log that is text', `04:02 WARN refused default ${CODE}, the token has expired`],
  ])('is also %s', (_, evidence) => {
    expect(asked({ evidence })).toEqual({
      status: 200,
      event: expect.objectContaining({ code: CODE }) as unknown,
      kind: 'approov-token',
    });
  });

  it.each([
    ['two codes', `${CODE} ERR_SESSION_EXPIRED`],
    ['a code that is not known', 'ERR_UNKNOWN_THING'],
    ['a code beside a token', `${CODE} ${approovToken()}`],
    ['a long text', CODE + ' '.repeat(1000)],
  ])('is not %s', (_, evidence) => {
    expect(asked({ evidence })).not.toHaveProperty('event');
  });

  it('can have each code of the catalog', () => {
    const codes = Object.values(CATALOG).flatMap((room): readonly CheckDef[] => room.checks);
    for (const { code } of codes)
      expect(asked({ evidence: JSON.stringify({ type: 'decision', code }) })).toMatchObject({
        event: { code },
      });
    expect(codes.length).toBeGreaterThan(300);
  });
});
