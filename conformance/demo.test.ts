import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { createTeller, type Row } from '@attestkit/examples/telling';
import { describe, expect, it } from 'vitest';
import {
  APP_ATTEST_DEFECTS,
  APP_CHECK_DEFECTS,
  KEY_ATTESTATION_DEFECTS,
  PLAY_INTEGRITY_DEFECTS,
} from 'attestkit-testing';
import { runExample } from './servers/example-process.js';

interface Played {
  readonly store: string;
  readonly accepted: number;
  readonly refused: number;
  readonly wrong: number;
  readonly rows: readonly {
    readonly scene: string;
    readonly suite?: string;
    readonly who: 'app' | 'attacker';
    readonly what: string;
    readonly status: number;
    readonly reason: string;
  }[];
}

/** The last line of an error where a server cannot be reached: skipped aloud, and a failure in CI. */
const UNREACHABLE = /^(REDIS_URL|DATABASE_URL) .* cannot be reached\./;

type Facts = Readonly<{ says: string; target?: string; needs?: string | undefined }>;

/** The defects of a catalog, worded as the story words them. */
function told(
  catalog: Readonly<Record<string, Facts>>,
  word: (facts: Facts, name: string) => string | undefined,
): string[] {
  return Object.entries(catalog).flatMap(([name, facts]) => {
    const start = word(facts, name);
    return start === undefined ? [] : [`${start}: ${facts.says}`];
  });
}

/** Every defect but assertions of iPhones, what the demo’s server does not demand, and what cannot be sent to it. */
const DEFECTS = [
  ...told(APP_ATTEST_DEFECTS, ({ target, needs }) =>
    target === 'assertion' || needs !== undefined ? undefined : 'attests',
  ),
  ...told(KEY_ATTESTATION_DEFECTS, ({ target, needs }) => {
    if (needs === 'allowAttestKeys') return undefined;
    return target === 'chain' ? 'attests' : 'signs';
  }),
  ...told(PLAY_INTEGRITY_DEFECTS, ({ target }, name) =>
    target === 'verdict' && name !== 'verdict-nested' ? 'Play Integrity' : undefined,
  ),
  ...told(APP_CHECK_DEFECTS, (_, name) => (name === 'too-large' ? undefined : 'App Check')),
];

/** What the story of one installation after another has to tell. */
const IDENTITY = [
  ['makes a key of its own for a session that it has stolen', 409, 'ERR_ENROLLMENT_LABEL_TAKEN'],
  ['enrolls the key of that phone under a label of its own', 409, 'ERR_ENROLLMENT_KEY_TAKEN'],
  ['replaces its key, with a proof by the last one', 200, ''],
  ['goes on with a session of the last key', 401, 'ERR_SESSION_ENDED'],
  ['asks for a session with the last key', 401, 'ERR_ASSERTION_KEY_UNKNOWN'],
  ['replaces the key with a proof by the last key', 409, 'ERR_ENROLLMENT_LABEL_TAKEN'],
  ['is installed again: its device id gets 409, so it takes a new one', 200, ''],
  ['enrolls that phone with another login', 409, 'ERR_ENROLLMENT_USER_TAKEN'],
  ['goes on with a phone that the operator has blocked', 403, 'ERR_SESSION_DEVICE_BLOCKED'],
  ['enrolls under another new device id', 403, 'ERR_SESSION_USER_BLOCKED'],
  ['goes on with an installation that was forgotten', 401, 'ERR_SESSION_ENDED'],
  ['enrolls the key that was forgotten', 409, 'ERR_ENROLLMENT_KEY_ENDED'],
  ['enrolls a new key under the label, which is free', 200, ''],
  ['enrolls again with its refresh token, which is all that it can prove itself with', 200, ''],
  ['enrolls under its device id with the token of another', 409, 'ERR_ENROLLMENT_LABEL_TAKEN'],
  ['enrolls with a copy of a token that was spent', 409, 'ERR_ENROLLMENT_LABEL_TAKEN'],
] as const;

/** What a story of Android has to tell. */
const ANDROID = [
  ['enrolls on Android', 200, ''],
  ['sends a signed transfer from there', 200, ''],
  ['uses its challenge again', 401, 'ERR_CHALLENGE_REUSED'],
  [
    'attests: the attestation certificate of Google’s servers has expired',
    403,
    'ERR_KEY_ATTESTATION_EXPIRED',
  ],
  ['attests: the attestation certificate is suspended', 403, 'ERR_KEY_ATTESTATION_REVOKED'],
  ['attests: the hardware lets anybody use the key', 403, 'ERR_KEY_ATTESTATION_USER_AUTHENTICATION_DENIED'],
  ['withdraws there, with the key alone', 200, ''],
  [
    'withdraws with a leaked key, which Google has revoked since',
    401,
    'ERR_KEY_ATTESTATION_ENROLLED_CHAIN_REVOKED',
  ],
  ['sends a signed transfer beside the session', 401, 'ERR_KEY_ATTESTATION_ENROLLED_CHAIN_REVOKED'],
  ['refreshes the session', 401, 'ERR_KEY_ATTESTATION_ENROLLED_CHAIN_REVOKED'],
  ['enrolls with what leaked', 403, 'ERR_KEY_ATTESTATION_REVOKED'],
  ['enrolls with Play Integrity', 200, ''],
  ['sends its token again', 400, 'ERR_CHALLENGE_REUSED'],
  ['sends a token that was decoded before', 403, 'ERR_PLAY_INTEGRITY_EVALUATION_MISSING'],
  ['sends a token of another app', 403, 'ERR_PLAY_INTEGRITY_TOKEN_INVALID'],
  ['goes on with the verdict of the day before', 401, 'ERR_PLAY_INTEGRITY_REFRESH_TOO_OLD'],
  ['reads the rates with an App Check token', 200, ''],
  ['signs up with a limited-use token', 200, ''],
  ['signs up with it again', 401, 'ERR_APP_CHECK_TOKEN_REUSED'],
  ['shows the token of another app of the project', 401, 'ERR_APP_CHECK_TOKEN_APP_MISMATCH'],
] as const;

describe('the demo', () => {
  it.each(['memory', 'sqlite', 'redis', 'postgres'])(
    'with %s accepts the app, and nothing else',
    async (store) => {
      const { status, stdout, stderr } = await runExample(['run-demo.js', '--store', store, '--json']);
      if (UNREACHABLE.test(stderr) && process.env['CI'] !== 'true') {
        process.stderr.write(`\nSKIPPED: the demo with ${store}: ${stderr}`);
        return;
      }
      expect(stderr).toBe('');
      const played = JSON.parse(stdout) as Played;
      expect(played.rows.filter(({ who, status: of }) => (who === 'app') !== (of === 200))).toEqual([]);
      expect(played).toMatchObject({ store, wrong: 0 });
      expect(status).toBe(0);
      const { rows } = played;
      const accepted = rows.filter((row) => row.status === 200).length;
      expect(played).toMatchObject({ accepted, refused: rows.length - accepted });
      expect(DEFECTS.length).toBeGreaterThan(300);
      const ofSuites = rows.filter(({ suite }) => suite !== undefined);
      expect(ofSuites.map(({ what }) => what).toSorted()).toEqual(DEFECTS.toSorted());
      const outcomes = rows.map(({ what, status: of, reason }) => [what, of, reason]);
      expect(outcomes).toEqual(expect.arrayContaining([...IDENTITY, ...ANDROID]));
      // Each refusal has a reason of its own kind; what was let in has none.
      for (const { status: of, reason } of played.rows) expect(reason).toMatch(of === 200 ? /^$/ : /^ERR_/);
    },
    60_000,
  );

  it('ends each attempt alike if a gateway stands before a wallet without attestkit', async () => {
    const play = async (...options: readonly string[]): Promise<Played> => {
      const { stdout } = await runExample(['run-demo.js', '--json', ...options]);
      return JSON.parse(stdout) as Played;
    };
    const [own, behind] = [await play(), await play('--gateway')];
    expect(behind.rows).toEqual(own.rows);
    expect(behind.wrong).toBe(0);
  });

  it('tells each scene under its title, and each suite of defects in one line', async () => {
    const { status, stdout } = await runExample(['run-demo.js'], { FORCE_COLOR: '1' });
    expect(status).toBe(0);
    expect(stdout).not.toContain('\u001b');
    const lines = stdout.trimEnd().split('\n');
    expect(lines.length).toBeLessThan(200);
    for (const title of ['An iPhone enrolls', 'An Android phone enrolls, and signs', 'Before enrollment'])
      expect(lines.filter((line) => line.startsWith(title))).toHaveLength(1);
    const suites = lines.filter((line) => line.includes('each with the code of its defect'));
    const counts = suites.map((line) => Number(/attacker +(\d+) broken /.exec(line)?.[1]));
    expect(suites).toHaveLength(5);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(DEFECTS.length);
    expect(stdout).toContain('Every attempt ended as it should');
    const places = stdout.slice(stdout.indexOf('Read on')).match(/(?:docs|examples)\/\S*/g) ?? [];
    expect(places.length).toBeGreaterThan(3);
    for (const place of places) expect(existsSync(new URL(`../${place}`, import.meta.url))).toBe(true);
  });

  it('says how it is used', async () => {
    const { status, stdout } = await runExample(['run-demo.js', '--help']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Plays a wallet app .*memory\|sqlite\|redis\|postgres/s);
  });

  it.each([
    [['--store', 'oracle'], 'There is no store oracle.'],
    [['--store', 'postgress'], 'There is no store postgress. Did you mean postgres?'],
    [['--stor', 'redis'], 'There is no option --stor. Did you mean --store?'],
  ])('%j is refused, with the usage', async (options, problem) => {
    const { status, stderr } = await runExample(['run-demo.js', ...options]);
    expect(status).toBe(2);
    expect(stderr.split('\n').slice(-3)).toEqual(['', problem, '']);
  });

  it('names the variable of a server that cannot be reached', async () => {
    const gone = { REDIS_URL: 'redis://127.0.0.1:1', DATABASE_URL: 'postgres://127.0.0.1:1/x' };
    for (const [store, variable] of [
      ['redis', 'REDIS_URL'],
      ['postgres', 'DATABASE_URL'],
    ] as const) {
      const { status, stderr } = await runExample(['run-demo.js', '--store', store], gone);
      expect(status).toBe(1);
      expect(stderr).toMatch(new RegExp(`^${variable} 127.0.0.1:1 cannot be reached\\.`));
    }
  });
});

describe('the telling', () => {
  const refusal = { status: 403, reason: 'ERR_ONE', expected: { status: 403, code: 'ERR_ONE' } };
  const other = { status: 403, reason: 'ERR_TWO', expected: { status: 403, code: 'ERR_TWO' } };
  const wrong = { status: 200, reason: '', expected: { status: 403, code: 'ERR_TWO' } };
  const base = { scene: 'A scene', who: 'attacker', what: 'tries' };

  function linesOf(rows: readonly Row[], settings: { hasColors?: boolean; all?: boolean } = {}): string[] {
    const lines: string[] = [];
    const write = (line: string): void => void lines.push(...line.split('\n'));
    const teller = createTeller({ write, hasColors: false, all: false, ...settings });
    for (const row of rows) teller.row(row);
    teller.close(rows, 'memory');
    return lines;
  }

  it('writes one line for a suite, and one for each step of it on request', () => {
    const suite = 'broken things';
    const rows: Row[] = [
      { ...base, ...refusal, suite },
      { ...base, ...other, suite },
      { ...base, ...refusal },
    ];
    const line = '  refused       attacker  2 broken things, each with the code of its defect (2 codes)';
    const step = expect.stringMatching(/^ {2}refused {2}403 {2}attacker {2}tries +ERR_ONE$/);
    expect(linesOf(rows).slice(0, 5)).toEqual(['', 'A scene', line, step, '']);
    const all = linesOf(rows, { all: true });
    expect(all.slice(0, 6)).toEqual(['', 'A scene', step, expect.stringContaining('ERR_TWO'), step, '']);
  });

  it('shows what did not end as expected, in a suite too', () => {
    const suite = 'broken things';
    const rows: Row[] = [
      { ...base, ...refusal, suite },
      { ...base, ...wrong, suite },
    ];
    const lines = linesOf(rows);
    expect(lines[2]).toContain('1 of 2 broken things');
    expect(lines[3]).toBe('! accepted 200  attacker  tries, not 403 ERR_TWO');
    expect(lines.join('\n')).toContain('1 did not end as they should');
    expect(lines.join('\n')).not.toContain('Every attempt ended as it should');
  });

  it('has colors where they are wanted, around the same words', () => {
    const rows: Row[] = [
      { ...base, ...refusal },
      { ...base, ...wrong },
    ];
    const lines = linesOf(rows, { hasColors: true });
    expect(lines.join('\n')).toContain('\u001b[33mrefused  403\u001b[0m');
    expect(lines.map((line) => stripVTControlCharacters(line))).toEqual(linesOf(rows));
  });
});

/** The beginning of the story, as a terminal gets it: `script` runs a command in a terminal of its own. */
async function inTerminal(more: Readonly<Record<string, string>>): Promise<string> {
  const demo = fileURLToPath(new URL('../examples/dist/run-demo.js', import.meta.url));
  const env = { PATH: process.env['PATH'], TERM: 'xterm', ...more };
  const command = `"${process.execPath}" "${demo}"`;
  const child = spawn('script', ['-qec', command, '/dev/null'], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  for await (const chunk of child.stdout) {
    text += String(chunk);
    if (text.includes('accepted 200')) break;
  }
  const ended = once(child, 'close');
  child.kill();
  await ended;
  return text;
}

describe.skipIf(spawnSync('script', ['--version']).status !== 0)('in a terminal', () => {
  it('has colors, and none with NO_COLOR', async () => {
    expect(await inTerminal({})).toContain('\u001b[32maccepted 200');
    const plain = await inTerminal({ NO_COLOR: '1' });
    expect(plain).toContain('accepted 200');
    expect(plain).not.toContain('\u001b');
  });
});
