import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createLog } from '../../src/log/log.js';
import { standardOutput } from '../../src/log/output.js';
import { decision, failure, refusal, SAMPLES } from '../support/events.js';

function shown(
  events: readonly Parameters<ReturnType<typeof createLog>['hear']>[0][],
  env = { NO_COLOR: '1' },
): string {
  let text = '';
  const log = createLog({ isTerminal: true, write: (lines) => (text += lines) }, env);
  log.follow({ log: { level: 'debug' }, evidence: { approov: {} } });
  for (const event of events) log.hear(event);
  return text;
}

it('shows a person columns, and below them the lines that existing deployments search for', () => {
  const reported = [failure('ERR_APPROOV_TOKEN_EXPIRED')];
  const text = shown([
    decision(),
    refusal('ERR_APPROOV_TOKEN_MISSING'),
    decision({
      outcome: 'reported',
      code: 'ERR_APPROOV_TOKEN_EXPIRED',
      reported,
      evidence: [],
      demandsMet: [],
    }),
    decision({ outcome: 'open', exempt: 'preflight', evidence: [], demandsMet: [] }),
  ]);
  expect(text).toBe(`\
19:56:45.123Z  info   /v2/*             accepted  -                           verified: approov and binding
    ACCEPTED REQUEST WITH VALID APPROOV TOKEN
    ACCEPTED REQUEST WITH VALID TOKEN BINDING IN THE APPROOV TOKEN
19:56:45.123Z  warn   /v2/*             refused   ERR_APPROOV_TOKEN_MISSING   ${failure('ERR_APPROOV_TOKEN_MISSING').says}
    REJECTED REQUEST WITH APPROOV TOKEN HEADER EMPTY OR MISSING
19:56:45.123Z  warn   /v2/*             reported  ERR_APPROOV_TOKEN_EXPIRED   ${failure('ERR_APPROOV_TOKEN_EXPIRED').says}
    ACCEPTED REQUEST WITH INVALID APPROOV TOKEN
19:56:45.123Z  info   /v2/*             open      -                           let through unchecked: preflight
`);
});

it('shows every mistake of a configuration that was rejected', () => {
  expect(shown([SAMPLES.reload])).toMatch(
    /^\S+ {2}error {2}- +rejected {2}- +the old configuration stays:\n {4}gateway\.yaml:3:5 .*\n {4}gateway\.yaml:9:1 .*\n$/,
  );
});

it.each(Object.values(SAMPLES))('shows an event of type $type', (event) => {
  expect(shown([event])).toMatch(/^19:56:45\.123Z {2}(?:error|warn |info |debug) {2}\S.{20,}\n/);
});

it('is in color, unless NO_COLOR is set', () => {
  const colored = shown([decision()], { NO_COLOR: '' });
  expect(colored).toContain('\u001B[32maccepted\u001B[0m');
  expect(shown([decision()])).not.toContain('\u001B');
});

it('lets no text steer the terminal, or look like a line of its own', () => {
  const says = 'x\u001B[2J\r\u009B31m\u202Etxt\n00:00:00.000Z  info   /  accepted';
  const text = shown([{ ...SAMPLES.fault, says }, decision({ route: 'a\nb\u001B[0m' })]);
  expect(text).not.toMatch(/[^\P{C}\n]/u);
  expect(text).toContain('\n    00:00:00.000Z');
  expect(text).toContain('a b\\u{1b}[0m');
});

it('keeps its columns with names of any length', () => {
  const lines = shown([decision({ route: 'x'.repeat(30) }), decision()])
    .split('\n')
    .filter((line) => line.includes('verified'));
  expect(new Set(lines.map((line) => line.indexOf('verified'))).size).toBe(1);
});

it('writes whole lines to what is no terminal', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-log-'));
  const fd = openSync(join(folder, 'log'), 'w');
  const output = standardOutput({ isTTY: false, fd, write: () => false });
  expect(output.isTerminal).toBe(false);
  const log = createLog(output, {});
  log.follow({ log: undefined, evidence: {} });
  for (let each = 0; each < 1000; each += 1) log.hear(decision());
  const content = (): string => readFileSync(join(folder, 'log'), 'utf8');
  await expect.poll(() => content().split('\n').length).toBe(1001);
  for (const line of content().trim().split('\n'))
    expect(JSON.parse(line)).toMatchObject({ type: 'decision' });
  closeSync(fd);
  rmSync(folder, { recursive: true });
});

it('goes on where a disk is full', async () => {
  const fd = openSync('/dev/full', 'w');
  const log = createLog(standardOutput({ isTTY: false, fd, write: () => false }), {});
  log.follow({ log: undefined, evidence: {} });
  for (let each = 0; each < 3; each += 1) {
    log.hear(decision());
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  closeSync(fd);
});
