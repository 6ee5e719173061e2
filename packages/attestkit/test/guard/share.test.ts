import { describe, expect, it } from 'vitest';
import { createGuard } from '../../src/create-guard.js';
import { double, guarding, request, route } from './support/double.js';

const addresses = Array.from({ length: 4000 }, (_, at) => `192.0.${at >> 8}.${at & 255}`);

/** Addresses whose bad evidence is refused on a route that enforces for a share. */
async function refusedOf(enforce: number): Promise<Set<string>> {
  const { guard } = guarding([double('a')]);
  const asked = route(guard, { enforcement: { enforce } });
  const refused = new Set<string>();
  for (const ip of addresses)
    if ((await guard.check(request({ a: 'bad' }, { ip }), asked)).outcome === 'refuse') refused.add(ip);
  return refused;
}

describe('a route that enforces for a share of clients', () => {
  it('refuses about as many, always the same, and more of them as it grows', async () => {
    const [none, quarter, again, half, all] = [0, 0.25, 0.25, 0.5, 1].map((enforce) => refusedOf(enforce));
    expect((await none)?.size).toBe(0);
    expect((await all)?.size).toBe(addresses.length);
    const [few, same, more] = [await quarter, await again, await half] as [
      Set<string>,
      Set<string>,
      Set<string>,
    ];
    expect(few.size / addresses.length).toBeCloseTo(0.25, 1);
    expect([...same]).toEqual([...few]);
    expect([...few].every((ip) => more.has(ip))).toBe(true);
    expect(more.size).toBeGreaterThan(few.size);
  });

  it('accepts good evidence on both sides, and says on which', async () => {
    const { guard, events } = guarding([double('a')]);
    const asked = route(guard, { enforcement: { enforce: 0.5 } });
    for (const ip of addresses.slice(0, 50)) {
      expect(await guard.check(request({ a: 'good' }, { ip }), asked)).toMatchObject({
        outcome: 'accept',
        reported: [],
      });
      await guard.check(request({ a: 'bad' }, { ip }), asked);
    }
    expect(new Set(events.map(({ outcome, enforcement }) => `${outcome} ${enforcement}`))).toEqual(
      new Set(['accepted enforce', 'accepted report', 'refused enforce', 'reported report']),
    );
  });

  it('goes by the device where one was verified, from wherever it comes', async () => {
    const { guard } = guarding([double('a', (deviceId) => ({ result: { deviceId } })), double('b')], {
      accept: ['a'],
    });
    const asked = route(guard, { require: ['a', 'b'], enforcement: { enforce: 0.5 } });
    const sides = new Set<string>();
    for (const device of addresses.slice(0, 40)) {
      const outcomes = new Set<string>();
      for (const ip of addresses.slice(0, 20))
        outcomes.add((await guard.check(request({ a: device, b: 'bad' }, { ip }), asked)).outcome);
      expect(outcomes.size).toBe(1);
      for (const outcome of outcomes) sides.add(outcome);
    }
    expect(sides.size).toBe(2);
  });

  it('lets nothing pass of a client that cannot be told apart', async () => {
    const { guard } = guarding([double('a')]);
    const asked = route(guard, { enforcement: { enforce: 0 } });
    expect((await guard.check(request({ a: 'bad' }), asked)).outcome).toBe('refuse');
  });
});

it.each([-0.1, 1.1, Number.NaN, '0.5', null])('a share of %j is no share', (enforce) => {
  expect(() => createGuard({ evidence: [double('a')], enforcement: { enforce } as never })).toThrow(
    /enforcement is not one of its values/,
  );
});
