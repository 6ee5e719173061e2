import { expect, it } from 'vitest';
import { ClientKeeper } from '../../src/history/clients.js';
import { openFile } from '../../src/history/file.js';
import { rolloutOf } from '../../src/history/rollout.js';
import { decision } from '../support/events.js';
import { DAY, NOON } from './support/opened.js';

const ROUTES = [{ route: '/v2/*', enforcement: 'report' }];
const MOST = 2000;

async function kept() {
  const file = await openFile(undefined, () => undefined);
  const clients = new ClientKeeper(MOST);
  const write = (now: number): void => {
    file.write((prepared) => clients.write(prepared, now));
    clients.written();
  };
  write(NOON);
  return {
    hear: (from: number, to: number, at = NOON): void => {
      for (let each = from; each < to; each++) {
        const [outcome, stage] =
          each % 10 === 0 ? (['reported', 'untrusted'] as const) : (['accepted', undefined] as const);
        clients.hear(decision({ at, device: `device-${each}`, outcome, stage }), at);
        if (clients.isFull || each % 500 === 0) write(at);
      }
      write(at);
    },
    rows: () =>
      file.read((prepared) => prepared.get<{ count: number }>('SELECT COUNT(*) AS count FROM clients'))
        ?.count ?? 0,
    rates: () =>
      file
        .read((prepared) => prepared.all<{ rate: number }>('SELECT rate FROM rates ORDER BY day'))
        .map(({ rate }) => rate),
    read: (now = NOON) =>
      file.read((prepared) => rolloutOf(prepared, ROUTES, { hasSign: true }, now)).routes[0],
    close: () => file.close(),
  };
}

it('counts exactly up to its limit', async () => {
  const all = await kept();
  all.hear(0, MOST);
  expect(all.read()).toMatchObject({ seen: MOST, refused: MOST / 10, estimated: false });
});

it.each([MOST + 1, 5 * MOST, 40 * MOST])(
  'estimates %d clients from a sample that stays in its bound',
  async (count) => {
    const all = await kept();
    all.hear(0, count);
    const route = all.read();
    expect(all.rows()).toBeLessThanOrEqual(MOST);
    expect(all.rows()).toBeGreaterThan(MOST / 3);
    expect(route?.estimated).toBe(true);
    expect((route?.seen ?? 0) / count).toBeGreaterThan(0.85);
    expect((route?.seen ?? 0) / count).toBeLessThan(1.15);
    expect((route?.refused ?? 0) / (route?.seen ?? 1)).toBeGreaterThan(0.06);
    expect((route?.refused ?? 0) / (route?.seen ?? 1)).toBeLessThan(0.14);
  },
);

it('counts the same clients of several days once, though their samples differ', async () => {
  const all = await kept();
  all.hear(0, 1500, NOON);
  all.hear(0, 1500, NOON + DAY);
  all.hear(0, 1500, NOON + 2 * DAY);
  const route = all.read(NOON + 2 * DAY);
  expect(route?.estimated).toBe(true);
  expect(route?.seen).toBeGreaterThan(1500 * 0.8);
  expect(route?.seen).toBeLessThan(1500 * 1.2);
});

it('counts exactly again when the crowd is gone', async () => {
  const all = await kept();
  all.hear(0, 40 * MOST);
  for (let day = 1; day <= 20; day++) all.hear(0, 20, NOON + day * DAY);
  expect(all.read(NOON + 20 * DAY)).toMatchObject({ seen: 20, refused: 2, estimated: false });
  expect(all.rates()).toHaveLength(7);
});
