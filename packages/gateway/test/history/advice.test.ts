import { expect, it } from 'vitest';
import { adviceOf, type AdviceFacts } from '../../src/history/advice.js';
import type { RolloutClass } from '../../src/shapes/rollout.js';
import { DAY, HOUR } from './support/opened.js';

const CODE = 'ERR_APPROOV_TOKEN_EXPIRED';

/** @param classes how many of each, or by version */
function facts(
  classes: Partial<Record<RolloutClass, number | Readonly<Record<string, number>>>>,
  more: Partial<AdviceFacts> = {},
): AdviceFacts {
  const listed = Object.entries(classes).map(([name, given]) => {
    const versions = typeof given === 'number' ? { '': given } : given;
    const count = Object.values(versions).reduce((sum, each) => sum + each, 0);
    return {
      class: name as RolloutClass,
      count,
      versions: Object.entries(versions).map(([version, of]) => ({ version: version || null, count: of })),
      codes: [{ code: CODE, says: 'the Approov token has expired', count }],
    };
  });
  const refused = listed.reduce((sum, { count }) => sum + count, 0);
  return {
    counted: 'devices',
    estimated: false,
    enforcement: 'report',
    seen: 10_000,
    refused,
    classes: listed,
    hasSign: true,
    observedMs: 7 * DAY,
    ...more,
  };
}

it.each<[string, AdviceFacts, ReturnType<typeof adviceOf>]>([
  [
    'too few devices',
    facts({}, { seen: 99 }),
    {
      action: 'no-data',
      says: 'There is too little to judge by: 99 devices in 7 days. It needs 100 devices and 1 day.',
      share: null,
    },
  ],
  [
    'too little time',
    facts({ broken: 9000 }, { observedMs: 23 * HOUR }),
    {
      action: 'no-data',
      says: 'There is too little to judge by: 10,000 devices in 23 hours. It needs 100 devices and 1 day.',
      share: null,
    },
  ],
  [
    'none refused',
    facts({}),
    {
      action: 'enforce',
      says: 'Enforcing would refuse 0 % of the devices seen in 7 days. You can enforce for all.',
      share: 100,
    },
  ],
  [
    'the sentence of the documentation',
    facts({ 'our-app': { '3.1': 37, '3.2': 3 } }),
    {
      action: 'share',
      says: 'Enforcing would refuse 0.4 % of the devices seen in 7 days; 93 % of these have version 3.1. Enforce for 5 % of the clients next.',
      share: 5,
    },
  ],
  [
    'two versions',
    facts({ 'our-app': { '3.1': 200, '3.2': 100, '3.0': 10 } }),
    {
      action: 'wait',
      says: 'Enforcing would refuse 3.1 % of the devices seen in 7 days; 65 % of these have version 3.1, and 32 % version 3.2. Wait until more devices of your app send evidence.',
      share: null,
    },
  ],
  [
    'strangers alone',
    facts({ 'unknown-origin': 4000 }),
    {
      action: 'enforce',
      says: 'Enforcing would refuse 40 % of the devices seen in 7 days. 40 % of the devices send no evidence and do not look like your app. You can enforce for all.',
      share: 100,
    },
  ],
  [
    'users of an old version, who would lose access too',
    facts({ 'unknown-origin': 4000, 'old-version': { '2.0': 500 } }),
    {
      action: 'wait',
      says: 'Enforcing would refuse 45 % of the devices seen in 7 days; 11 % of these have version 2.0. 40 % of the devices send no evidence and do not look like your app. 5 % of the devices have a version of your app from before it sent evidence. Wait until more devices of your app send evidence.',
      share: null,
    },
  ],
  [
    'strangers without a sign',
    facts({ 'unknown-origin': 4000 }, { hasSign: false }),
    {
      action: 'wait',
      says: 'Enforcing would refuse 40 % of the devices seen in 7 days. 40 % of the devices send no evidence; without appSign they cannot be told from your app. Wait until more devices of your app send evidence.',
      share: null,
    },
  ],
  [
    'broken evidence',
    facts({ broken: 300, 'our-app': 100 }),
    {
      action: 'repair',
      says: `Enforcing would refuse 4 % of the devices seen in 7 days. Mend this first: evidence was sent that does not hold, or that could not be checked: most have ${CODE}, the Approov token has expired.`,
      share: null,
    },
  ],
  [
    'an estimate of requests',
    facts({ unchecked: 50 }, { estimated: true, counted: 'requests', observedMs: 2 * DAY - 1 }),
    {
      action: 'share',
      says: 'Enforcing would refuse about 0.5 % of the requests seen in 2 days. Enforce for 5 % of the clients next.',
      share: 5,
    },
  ],
  [
    'a route that enforces',
    facts({ 'our-app': 5 }, { enforcement: 'enforce' }),
    {
      action: 'enforce',
      says: 'Enforcing refuses less than 0.1 % of the devices seen in 7 days. Nothing needs to change.',
      share: null,
    },
  ],
])('advises: %s', (_, given, advice) => {
  expect(adviceOf(given)).toEqual(advice);
});

// 10,000 devices: the borders are 10 and 100.
it.each([
  [9, 'enforce'],
  [10, 'share'],
  [100, 'share'],
  [101, 'wait'],
] as const)('advises for %d devices of the app to %s', (count, action) => {
  expect(adviceOf(facts({ 'our-app': count })).action).toBe(action);
});

it.each([
  ['report', 5],
  ['5%', 25],
  ['10%', 25],
  ['25%', 50],
  ['50%', 100],
  ['75.5%', 100],
  ['enforce', null],
  ['nonsense', 5],
] as const)('advises after %s a share of %s', (enforcement, share) => {
  expect(adviceOf(facts({ 'our-app': 50 }, { enforcement })).share).toBe(share);
});

it('takes no comfort in strangers: they do not make the share of the app smaller', () => {
  const few = facts({ 'our-app': 15, 'unknown-origin': 9000 });
  expect(adviceOf(few).action).toBe('wait');
});

it('does not say all, or nothing, if it is not', () => {
  expect(adviceOf(facts({ 'our-app': 9999 })).says).toContain('refuse 99 % of');
  expect(adviceOf(facts({ 'our-app': 10_000 })).says).toContain('refuse 100 % of');
  // Strangers say nothing about the app: there is nobody to enforce for.
  expect(adviceOf(facts({ 'unknown-origin': 10_000 })).action).toBe('no-data');
  expect(adviceOf(facts({ 'unknown-origin': 9900 })).action).toBe('enforce');
  expect(adviceOf(facts({ 'unknown-origin': 9901 })).action).toBe('no-data');
});

it('asks for fewer if a share is enforced already', () => {
  expect(adviceOf(facts({ 'our-app': 5000 }, { enforcement: '25%' })).says).toContain('enforce for fewer');
});
