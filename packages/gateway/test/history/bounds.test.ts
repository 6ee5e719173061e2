import { statSync } from 'node:fs';
import { expect, it } from 'vitest';
import { driver } from '../../src/state/sqlite.js';
import { decision, endpoint, failure, SAMPLES } from '../support/events.js';
import { DAY, MINUTE, newFile, NOON, opened, READY } from './support/opened.js';

const MEBIBYTE = 1_048_576;
const LONG = 'x'.repeat(10_000);

/** Values that never come again, as long as a client can make them. */
const odd = (number: number): string => `${number.toString(36)}${LONG}`;

it('stays small through nine days of hostile events', async () => {
  const file = newFile();
  const { history, clock, warnings } = await opened(file, NOON - 9 * DAY);
  const reported = [failure('ERR_APPROOV_TOKEN_EXPIRED', LONG)];
  let number = 0;
  for (let step = 0; step < 9 * 96; step++) {
    clock.now += 15 * MINUTE;
    const at = clock.now;
    for (let each = 0; each < 40; each++) {
      number += 1;
      const version = odd(number);
      const app = { id: version, platform: version, version };
      const hash = `${version.slice(0, 30)}${number}`;
      history.hear(
        decision({
          at,
          requestId: version,
          method: version,
          outcome: 'reported',
          stage: each % 2 === 0 ? 'missing' : 'untrusted',
          code: each % 3 === 0 ? version : 'ERR_APPROOV_TOKEN_EXPIRED',
          reported,
          app,
          device: each % 4 === 0 ? undefined : hash,
          address: each % 8 === 0 ? undefined : hash,
          claimed: { version },
        }),
      );
      history.hear({ ...SAMPLES.device, at, device: hash, key: hash, recordId: hash });
      history.hear({ ...SAMPLES.remote, at, host: version, cause: LONG });
    }
    history.hear(endpoint({ at, app: { id: LONG, platform: LONG, version: odd(number) } }));
    history.hear({ ...SAMPLES.store, at, cause: LONG });
  }
  expect(history.overview('week', READY).by.version).toHaveLength(50);
  history.close();
  expect(warnings).toEqual([]);
  expect(statSync(file).size).toBeLessThan(64 * MEBIBYTE);

  const database = (await driver())(file);
  const count = (from: string): number =>
    (database.prepare(`SELECT COUNT(*) AS count FROM ${from}`).get() as { count: number }).count;
  expect(count('rows')).toBe(20_000);
  expect(count('texts')).toBe(20_000);
  expect(count('records')).toBe(30_000);
  // 101 versions, 11 platforms, two codes and a few more, in each hour of a day and each quarter of an hour of two.
  expect(count('counts WHERE scale = 0')).toBeLessThan(9 * 130);
  expect(count('counts WHERE scale = 1')).toBeLessThan(193 * 130);
  expect(count('counts WHERE scale = 2')).toBeLessThan(9 * 24 * 130);
  // 51 hosts, and three more.
  expect(count('latencies')).toBeLessThan((9 + 193 + 9 * 24) * 55);
  expect(count('requests')).toBeLessThan(7 * 2 * 2 * 102);
  expect(count('clients')).toBeLessThanOrEqual(7 * 96 * 40);
  expect(count('routes')).toBe(1);
  expect(count('rates')).toBe(7);
  const longest = (table: string, column: string): number =>
    (database.prepare(`SELECT MAX(LENGTH(${column})) AS longest FROM ${table}`).get() as { longest: number })
      .longest;
  expect(longest('texts', 'json')).toBeLessThan(2000);
  for (const [table, column] of [
    ['counts', 'name'],
    ['latencies', 'name'],
    ['clients', 'version'],
  ] as const)
    expect(longest(table, column)).toBe(64);
  database.close();
});

it('stays small at the ends of its limits', async () => {
  // The largest rows of each table, as many as it may have: what their sum comes to.
  const file = newFile();
  const database = (await driver())(file);
  (await opened(file)).history.close();
  database.exec('BEGIN');
  const fill = (count: number, sql: string, values: (each: number) => (string | number)[]): void => {
    const statement = database.prepare(sql);
    for (let each = 0; each < count; each++) statement.run(...values(each));
  };
  const text = (each: number, length: number): string => `${each}`.padEnd(length, 'x');
  fill(
    100_000,
    `INSERT INTO clients VALUES ('/a/route/of/usual/length/*', ?, ?, 3, 9, 'ERR_APPROOV_TOKEN_EXPIRED', ?)`,
    (each) => [each * 90_000_000_000, 20_000 + (each % 7), text(each, 32)],
  );
  fill(20_000, 'INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?, ?)', (each) => [
    each + 1,
    ...[26, 8, 40, 36, 43, 43].map((length) => text(each, length)),
  ]);
  fill(20_000, 'INSERT INTO texts VALUES (?, ?)', (each) => [each + 1, text(each, 900)]);
  fill(30_000, 'INSERT INTO records VALUES (?, ?, ?)', (each) => [text(each, 48), text(each, 36), each]);
  database.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
  expect(statSync(file).size).toBeLessThan(64 * MEBIBYTE);
});
