import { describe, expect, it } from 'vitest';
import { runCase } from './run-case.js';
import { enroll, forget, replace } from './requests.js';
import { openServer } from './subject.js';
import { empty, enrolled } from './worlds.js';

/** Races that an attack found: each within two switches. */
describe('within two switches', () => {
  it('no key gets two users, where two enroll it at once under one label', async () => {
    const { orders } = await runCase({
      open: openServer,
      world: (open) => enrolled(open, 'ios'),
      requests: [replace('B', 'alice'), replace('B', 'bob')],
      switches: 2,
      laws: ['keyOwnedOnce'],
    });
    expect(orders).toBeGreaterThan(0);
  });

  it('no acknowledged enrollment is lost to a device that is forgotten at the same time', async () => {
    const { orders } = await runCase({
      open: openServer,
      world: (open) => enrolled(open, 'ios'),
      requests: [forget(), enroll('alice', 'alice')],
      switches: 2,
      laws: ['acknowledgedIsKept'],
    });
    expect(orders).toBeGreaterThan(0);
  });

  it('no phone is kept out for good by a device that is forgotten at the same time', async () => {
    const { orders } = await runCase({
      open: openServer,
      world: (open) => enrolled(open, 'ios'),
      requests: [forget(), enroll('alice', 'alice')],
      switches: 2,
      stops: false,
      laws: ['recovers'],
    });
    expect(orders).toBeGreaterThan(0);
  });

  it('no enrollment with a key that stops misleads its phone', async () => {
    const { orders } = await runCase({
      open: openServer,
      world: (open) => empty(open, 'ios'),
      requests: [enroll('alice', 'K')],
      switches: 2,
    });
    expect(orders).toBeGreaterThan(0);
  });

  it('no enrollment without a key keeps its phone out if it stops, or its answer is lost', async () => {
    const { orders } = await runCase({
      open: openServer,
      world: (open) => empty(open, 'keyless'),
      requests: [enroll('alice', undefined)],
      switches: 2,
      laws: ['recovers'],
    });
    expect(orders).toBeGreaterThan(0);
  });
});
