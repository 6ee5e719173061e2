import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { Access } from '../../../src/admin/access/access.js';
import { Bucket, FailedSignIns, networkOf } from '../../../src/admin/access/limits.js';
import { Sessions } from '../../../src/admin/access/sessions.js';
import { tokenRows, userOfToken } from '../../../src/admin/access/tokens.js';

let clock = 0;
const now = (): number => clock;
const user = { name: 'rita', role: 'read' } as const;

describe('sessions', () => {
  it('are 1,000 at most: the one that was used least recently ends', () => {
    const sessions = new Sessions(now);
    const begin = (index: number): string => sessions.begin({ ...user, name: `user-${index % 100}` });
    const [first = '', second = '', ...others] = Array.from({ length: 1000 }, (_, index) => begin(index));
    const found = sessions.use(first);
    begin(7);
    expect(sessions.use(second)).toBeUndefined();
    expect(sessions.use(first)).toBe(found);
    expect(others.filter((id) => sessions.use(id) === undefined)).toEqual([]);
  });

  it('of one token are 20 at most, and end no other ones', () => {
    const sessions = new Sessions(now);
    const other = sessions.begin({ name: 'omar', role: 'operate' });
    const own = Array.from({ length: 21 }, () => sessions.begin(user));
    expect(own.map((id) => sessions.use(id) === undefined)).toEqual([true, ...Array(20).fill(false)]);
    expect(sessions.use(other)).toBeDefined();
  });

  it('tell a stream that they have ended', () => {
    const sessions = new Sessions(now);
    const id = sessions.begin(user);
    const session = sessions.use(id);
    if (session === undefined) throw new Error('it has just begun');
    expect(sessions.lasts(session)).toBe(true);
    clock += 3_599_999;
    // To be asked is not to be used.
    expect(sessions.lasts(session)).toBe(true);
    clock += 1;
    expect(sessions.lasts(session)).toBe(false);
    sessions.end(id);
    expect(session.hasEnded).toBe(true);
  });

  it('are known neither by their hash nor by names of the prototype', () => {
    const sessions = new Sessions(now);
    sessions.begin(user);
    for (const id of ['', '__proto__', 'constructor']) expect(sessions.use(id)).toBeUndefined();
  });
});

describe('a limit', () => {
  it('gives what it has, then one at a time, and nothing for a clock that was set back', () => {
    const bucket = new Bucket({ burst: 2, eachMs: 100 }, now);
    expect([bucket.take(), bucket.take(), bucket.take(), bucket.waitMs]).toEqual([true, true, false, 100]);
    clock += 50;
    expect([bucket.take(), bucket.waitMs]).toEqual([false, 50]);
    clock -= 1000;
    expect(bucket.take()).toBe(false);
    clock += 50;
    expect([bucket.take(), bucket.take()]).toEqual([true, false]);
    clock += 1_000_000;
    expect([bucket.take(), bucket.take(), bucket.take()]).toEqual([true, true, false]);
  });

  it('of sign-ins is one for each address, and one for all', () => {
    const failed = new FailedSignIns(now);
    for (let at = 0; at < 10; at += 1) failed.count('192.0.2.1');
    expect([
      failed.waitMs('192.0.2.1'),
      failed.waitMs('::ffff:192.0.2.1'),
      failed.waitMs('192.0.2.2'),
    ]).toEqual([6000, 6000, 0]);
    for (let at = 0; at < 90; at += 1) failed.count(`198.51.100.${at}`);
    expect([failed.waitMs('203.0.113.1'), failed.waitMs(undefined)]).toEqual([600, 600]);
    clock += 600;
    expect(failed.waitMs('203.0.113.1')).toBe(0);
  });

  it('does not grow with the number of addresses', () => {
    const failed = new FailedSignIns(now);
    for (let at = 0; at < 5000; at += 1) {
      failed.count(`2001:db8:${at.toString(16)}::1`);
      clock += 600;
    }
    expect(failed.waitMs('2001:db8:1::1')).toBe(0);
  });

  it.each([
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::', '2001:db8:1:2'],
    ['2001:db8::6', '2001:db8:0:0'],
    ['2001:DB8::', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['192.0.2.1', '192.0.2.1'],
    [undefined, 'unix'],
  ])('takes %s for %s', (address, network) => expect(networkOf(address)).toBe(network));
});

describe('a token', () => {
  const rows = tokenRows([
    { name: 'rita', role: 'read', token: 'a'.repeat(24) },
    { name: 'oscar', role: 'operate', token: 'b'.repeat(24) },
  ]);
  it('is of the user whose digest it has', () => {
    expect(userOfToken(rows, 'a'.repeat(24))).toEqual({ name: 'rita', role: 'read' });
    expect(userOfToken(rows, 'b'.repeat(24))).toEqual({ name: 'oscar', role: 'operate' });
  });
  it('is not its digest, nor one of a list without rows', () => {
    for (const { digest } of rows) expect(userOfToken(rows, digest)).toBeUndefined();
    expect(userOfToken([], 'a'.repeat(24))).toBeUndefined();
    expect(userOfToken([{ name: 'x', role: 'read', digest: '' }], '')).toBeUndefined();
  });
});

it('asks a proxy again who reads a stream', () => {
  const access = new Access({
    tokens: [],
    proxyUser: () => user,
    now,
    onSignIn: () => undefined,
    onSignOut: () => undefined,
  });
  const { lasts } = access.whoIs({} as IncomingMessage);
  clock += 599_999;
  expect(lasts()).toBe(true);
  clock += 1;
  expect(lasts()).toBe(false);
});
