import { describe, expect, it } from 'vitest';
import { printable } from '../../src/cli/report/printable.js';
import { render } from '../../src/cli/report/render.js';
import { inspectEvidence } from '../../src/inspect/index.js';
import { mintApproovToken, type ApproovDefect } from 'attestkit-testing/approov';
import { cli, ENV, SECRET } from './support/terminal.js';

const secretBase64 = SECRET;
const NOW = Date.parse('2026-06-01T12:00:00Z');
const ESCAPE = '\u001b';

function rendered(claims: Record<string, unknown>, defect?: ApproovDefect, binding?: string): string {
  const token = mintApproovToken({ secretBase64, now: NOW, claims, ...(defect !== undefined && { defect }) });
  return render(
    inspectEvidence(token, { secretBase64, now: NOW, ...(binding !== undefined && { binding }) }),
    false,
  );
}

describe('a report as text', () => {
  it('shows each check with its mark and source, the claims, and the verdict', () => {
    const text = rendered({ did: 'ExampleApproovTokenDID==' });
    expect(text).toMatch(
      /^Approov token, as of 2026-06-01T12:00:00\.000Z\nRead as an Approov token, because nothing in it [^\n]+\n[^\n]+\n\n/,
    );
    expect(text).toMatch(/^ {2}ok {8}signature +RFC 7515 §5\.2$/m);
    expect(text).toMatch(/^ {2}exp: 1780315500 {2}2026-06-01T12:05:00\.000Z \(5 minutes later\)$/m);
    expect(text).toMatch(/^ {2}did: "ExampleApproovTokenDID=="$/m);
    expect(text).toMatch(/\nPASS\n$/);
    expect(text).not.toContain('FAILED');
  });

  it('says why a check failed', () => {
    const text = rendered({}, 'other-type');
    expect(text).toMatch(
      /^ {2}FAILED {4}token type +RFC 8725 §3\.11, RFC 7515 §4\.1\.9\n {12}the Approov token is a token of another type: found "at\+jwt"/m,
    );
    expect(text).toMatch(/\nClaims, for which nothing vouches\n/);
    expect(text).toMatch(/\nFAIL ERR_APPROOV_TOKEN_TYPE_MISMATCH\n/);
  });

  it('says where it could not go on', () => {
    const text = rendered({}, 'two-parts');
    expect(text).toContain('The checks that follow need what could not be read.');
    expect(text).not.toContain('Claims');
  });

  it.each<[string, Record<string, unknown>]>([
    ['long words', { did: 'x'.repeat(3000) }],
    ['many words', { anno: Array(300).fill('word') }],
    ['deep claims', { a: JSON.parse('['.repeat(1500) + ']'.repeat(1500)) }],
    ['claims with empty names', { '': '', ' ': ' ' }],
  ])('is at most 80 columns wide with %s', (_, claims) => {
    const lines = rendered(claims, 'binding-mismatch', 'x'.repeat(500)).split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });

  it('loses nothing where it breaks a line', () => {
    const did = Array.from({ length: 400 }, (_, at) => String(at)).join('');
    expect(rendered({ did }).replace(/\s/g, '')).toContain(`did:"${did}"`);
  });

  it.each([
    ESCAPE,
    '\u0007',
    '\u007f',
    '\u009b',
    '\r',
    '\n',
    '\u200b',
    '\u202e',
    '\u2028',
    '\u2066',
    '\ufeff',
    '\ud800',
  ])('shows the character %j of a claim, and does not send it to the terminal', (character) => {
    const text = rendered({ did: `a${character}[31mb` });
    expect(text.split('\n').filter((line) => /did/.test(line))).toHaveLength(1);
    expect(text).not.toContain(`a${character}`);
    expect(text).toMatch(/did: "a\\(u[0-9a-f]{4}|r|n)\[31mb"/);
  });

  it('does the same for the names of claims, and in JSON', async () => {
    const token = mintApproovToken({ secretBase64, claims: { [`\u009b${ESCAPE}`]: '\u009b\u202e' } });
    const text = (await cli(['inspect', token])).out;
    const json = (await cli(['inspect', token, '--json'])).out;
    for (const sent of [ESCAPE, '\u009b', '\u202e']) {
      expect(text).not.toContain(sent);
      expect(json).not.toContain(sent);
    }
    expect(JSON.parse(json)).toMatchObject({ result: { claims: { [`\u009b${ESCAPE}`]: '\u009b\u202e' } } });
  });
});

describe('colors', () => {
  const token = mintApproovToken({ secretBase64 });

  it.each<[string, boolean, Record<string, string>, boolean]>([
    ['on a terminal', true, ENV, true],
    ['with NO_COLOR empty, which means nothing', true, { ...ENV, NO_COLOR: '' }, true],
    ['with NO_COLOR', true, { ...ENV, NO_COLOR: '1' }, false],
    ['in a pipe', false, ENV, false],
  ])('%s', async (_, isTerminal, env, colored) => {
    const { out } = await cli(['inspect', token], env, { isTerminal });
    expect(out.includes(ESCAPE)).toBe(colored);
  });

  it('never are in JSON', async () => {
    const { out } = await cli(['inspect', token, '--json'], ENV, { isTerminal: true });
    expect(out).not.toContain(ESCAPE);
  });
});

describe('printable', () => {
  it('leaves text that people write', () => {
    const text = 'Grüße, 你好, 😀 "x" \\ ~\n';
    expect(printable(text)).toBe(text);
  });

  it('escapes as JSON does, so that what it gives can be read again', () => {
    const text = '\u0000\u007f\u009b\u200b\u{e0001}\ud800';
    expect(JSON.parse(`"${printable(text)}"`)).toBe(text);
    expect(printable(text)).toMatch(/^[ -~]+$/);
  });
});
