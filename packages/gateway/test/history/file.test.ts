import { chmodSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { afterEach, expect, it, vi } from 'vitest';
import { openHistory } from '../../src/history/history.js';
import { HistoryFile, openFile } from '../../src/history/file.js';
import { driver } from '../../src/state/sqlite.js';
import { decision, SAMPLES } from '../support/events.js';
import { MINUTE, newFile, NOON, opened, READY } from './support/opened.js';

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const accepted = (history: Awaited<ReturnType<typeof opened>>['history']) =>
  history.overview('hour', READY).totals.accepted;

it('makes a file that its owner alone reads, in WAL mode', async () => {
  const file = newFile();
  const { warnings } = await opened(file);
  expect(warnings).toEqual([]);
  for (const name of [file, `${file}-wal`]) expect(statSync(name).mode & 0o777).toBe(0o600);
  // Bytes 18 and 19 of the header.
  expect([...readFileSync(file).subarray(18, 20)]).toEqual([2, 2]);
});

it('goes on in memory while another one has the file', async () => {
  const file = newFile();
  const first = await opened(file);
  first.history.hear(decision({ at: NOON }));
  const second = await opened(file);
  expect(second.warnings).toEqual([
    'The history is kept in memory, until the gateway ends: another process has its file open.',
  ]);
  second.history.hear(decision({ at: NOON }));
  second.history.hear(decision({ at: NOON }));
  expect([accepted(first.history), accepted(second.history)]).toEqual([1, 2]);
  second.history.close();
  first.history.close();
  const third = await opened(file);
  expect([accepted(third.history), third.warnings]).toEqual([1, []]);
});

it('goes on in memory without a folder', async () => {
  const { history, warnings } = await opened(`${newFile()}/none/history.db`);
  history.hear(decision({ at: NOON }));
  expect(accepted(history)).toBe(1);
  expect(warnings).toHaveLength(1);
});

it('goes on in memory if the file is a folder', async () => {
  const file = newFile();
  mkdirSync(file);
  const { history, warnings } = await opened(file);
  history.hear(decision({ at: NOON }));
  expect(accepted(history)).toBe(1);
  expect(warnings).toHaveLength(1);
});

it.each([
  [
    'no database',
    Buffer.from('not a database, but long enough to look like one, or so it seems to be'.repeat(40)),
  ],
  ['half a header', Buffer.from('SQLite format 3\0\x10')],
])('goes on in memory if the file is %s, and leaves that alone', async (_, bytes) => {
  const file = newFile();
  writeFileSync(file, bytes);
  const { history, warnings } = await opened(file);
  history.hear(decision({ at: NOON }));
  expect(accepted(history)).toBe(1);
  expect(warnings).toHaveLength(1);
  expect(readFileSync(file).equals(bytes)).toBe(true);
});

it('goes on in memory if a part of the file is missing, and warns once', async () => {
  const file = newFile();
  const { history, warnings } = await opened(file);
  for (let each = 0; each < 400; each++)
    history.hear(decision({ at: NOON, app: { id: 'a', platform: 'ios', version: `${each}` } }));
  accepted(history);
  history.close();
  truncateSync(file, 8192);
  const again = await opened(file);
  for (let each = 0; each < 50; each++) {
    again.history.hear(decision({ at: NOON + each, requestId: `r-${each}` }));
    again.history.decisions({ limit: 5 });
  }
  expect(again.history.decisions({ requestId: 'r-49', limit: 1 }).rows).toHaveLength(1);
  expect(
    again.history.rollout([{ route: '/v2/*', enforcement: 'report' }], { hasSign: true }).routes,
  ).toHaveLength(1);
  expect(warnings).toEqual([]);
  expect(again.warnings).toHaveLength(1);
});

it('loses nothing that it has not written when a write fails', async () => {
  const open = await driver();
  const database = open(':memory:');
  const warnings: string[] = [];
  let isFull = false;
  const failing = {
    exec: (sql: string) => {
      if (isFull && sql === 'COMMIT') throw new Error('database or disk is full');
      return database.exec(sql);
    },
    prepare: (sql: string) => database.prepare(sql),
    close: () => database.close(),
  };
  const file = new HistoryFile(open, (says) => warnings.push(says), {
    database: failing,
    close: failing.close,
  });
  const table = 'CREATE TABLE IF NOT EXISTS numbers (number INTEGER)';
  const put = (number: number) =>
    file.write((prepared) => {
      prepared.run(table);
      prepared.run('INSERT INTO numbers VALUES (?)', number);
    });
  put(1);
  isFull = true;
  put(2);
  put(3);
  expect(file.read((prepared) => prepared.all('SELECT number FROM numbers'))).toEqual([
    { number: 2 },
    { number: 3 },
  ]);
  expect(warnings).toEqual(['The history goes on in memory: its file failed (database or disk is full).']);
  file.close();
});

it('counts once what is heard while it warns', async () => {
  const file = newFile();
  let count = 0;
  const history = await openHistory(file, {
    now: () => NOON,
    warn: () => {
      count += 1;
      history.hear(decision({ at: NOON, requestId: 'in-warning' }));
      history.decisions({ limit: 1 });
    },
  });
  const other = (await driver())(file);
  // Behind its back.
  other.exec('DROP TABLE counts');
  other.close();
  history.hear(decision({ at: NOON }));
  expect(accepted(history)).toBe(2);
  expect(count).toBe(1);
  history.close();
});

it('throws what is wrong with the work itself, in memory', async () => {
  const file = await openFile(undefined, () => undefined);
  expect(() => file.read((prepared) => prepared.get('SELECT * FROM nothing'))).toThrow('nothing');
  expect(file.read((prepared) => prepared.get('SELECT 1 AS one'))).toEqual({ one: 1 });
  file.close();
});

it('begins anew with a file of another format, but for secrets', async () => {
  const file = newFile();
  const first = await opened(file);
  first.history.hear(decision({ at: NOON }));
  first.history.secret('token', () => 'made');
  first.history.close();
  const database = (await driver())(file);
  database.exec('PRAGMA user_version = 99; ALTER TABLE counts DROP COLUMN open');
  database.close();
  const { history, warnings } = await opened(file);
  expect(warnings).toEqual([
    'The history begins anew: its file has format 99, and this version writes format 1.',
  ]);
  expect(accepted(history)).toBe(0);
  expect(history.secret('token', () => 'another')).toEqual({ value: 'made', isNew: false });
  history.hear(decision({ at: NOON }));
  history.close();
  const after = await opened(file);
  expect([accepted(after.history), after.warnings]).toEqual([1, []]);
});

it('makes a secret once, and each of its own', async () => {
  const file = newFile();
  const first = await opened(file);
  expect(first.history.secret('a', () => '1')).toEqual({ value: '1', isNew: true });
  expect(first.history.secret('a', () => '2')).toEqual({ value: '1', isNew: false });
  expect(first.history.secret('b', () => '3')).toEqual({ value: '3', isNew: true });
  first.history.close();
  const { history, warnings } = await opened(file);
  expect(history.secret('a', () => '4')).toEqual({ value: '1', isNew: false });
  expect(() =>
    history.secret('c', () => {
      throw new Error('no randomness');
    }),
  ).toThrow('no randomness');
  expect(warnings).toEqual([]);
  expect(history.secret('a', () => '5').isNew).toBe(false);
});

it('hears everything, whatever its clock does, and nothing after it was closed', async () => {
  const { history, clock, warnings } = await opened(newFile());
  const times = [
    0,
    -1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    8.64e15,
    -8.64e15,
    NOON,
    NOON - 400 * 86_400_000,
    NOON + MINUTE,
  ];
  for (const now of [...times, NOON]) {
    clock.now = Number.isFinite(now) ? now : NOON;
    for (const event of Object.values(SAMPLES)) for (const at of times) history.hear({ ...event, at });
    for (const span of ['hour', 'day', 'week'] as const) history.overview(span, READY);
    history.rollout([{ route: '/v2/*', enforcement: 'report' }], { hasSign: false });
  }
  history.hear(undefined as never);
  history.hear({ type: 'unheard-of' } as never);
  expect(warnings).toEqual([]);
  history.close();
  history.close();
  history.hear(decision({ at: NOON }));
});

it('does not keep a process running', async () => {
  const timers = vi.spyOn(globalThis, 'setInterval');
  await opened();
  expect(timers.mock.results.map(({ value }) => (value as NodeJS.Timeout).hasRef())).toEqual([false]);
});

it('writes by itself after a while', async () => {
  vi.useFakeTimers();
  const file = newFile();
  const { history } = await opened(file);
  history.hear(decision({ at: NOON }));
  vi.advanceTimersByTime(1000);
  vi.useRealTimers();
  const reader = (await driver())(file);
  expect(reader.prepare('SELECT COUNT(*) AS count FROM rows').get()).toEqual({ count: 1 });
  reader.close();
});

it.runIf(process.getuid?.() !== 0)('goes on in memory if it may not write', async () => {
  const file = newFile();
  writeFileSync(file, '');
  chmodSync(file, 0o400);
  const { warnings } = await opened(file);
  expect(warnings).toHaveLength(1);
});
