import { describe, expect, it } from 'vitest';
import { countsHold, formulasHold, pairsHold, triplesHold } from './hold.js';
import { openLayout } from './layout.js';
import type { Rule } from './layout-core.js';
import { MEETINGS, meetingOf, requestsOf, twice } from './pairs.js';
import { renew } from './requests.js';
import { runCase } from './run-case.js';
import type { Open } from './worlds.js';

describe('the model of the layout', () => {
  pairsHold(openLayout);
  countsHold(openLayout);
  formulasHold(openLayout);
  triplesHold(openLayout);
});

const PHONE = 'an iPhone is enrolled';
const NOBODY = 'nobody is enrolled';

/** A rule, two requests that find out that it is gone, and what they find. */
const RULES: readonly (readonly [Rule, string, string, string, string])[] = [
  ['a put names the version that was looked at', PHONE, 'block record', 'assert', 'live'],
  [
    'a put names the version that was looked at',
    NOBODY,
    'enrol K',
    'enrol another key',
    'was acknowledged, and',
  ],
  ['a block writes the device too', PHONE, 'block key', 'refresh', 'after "the operator blocks the key"'],
  ['a key names its label first', NOBODY, 'enrol K', 'enrol K elsewhere', 'one thumbprint has two of record'],
  ['a replacement ends the families', PHONE, 'replace', 'refresh', 'one label has two of thumbprint'],
  [
    'a counter is advanced before the record is written',
    PHONE,
    'assert, shared counter',
    'sign beside, shared counter',
    'was accepted 2 times',
  ],
];

const lacking =
  (rule: Rule): Open =>
  (store, clock) =>
    openLayout(store, clock, rule);

describe('the model without a rule', () => {
  it.each(RULES)('%s: where %s, %s and %s find it', async (rule, where, one, other, fault) => {
    const meeting = meetingOf(where);
    const requests = requestsOf(meeting, [one, other]);
    await expect(runCase({ open: lacking(rule), world: meeting.world, requests })).rejects.toThrow(fault);
  });

  it('a record lists the challenges that led to it: a renewal that arrives twice finds it', async () => {
    const { world } = meetingOf(PHONE);
    const open = lacking('a record lists the challenges that led to it');
    const running = runCase({ open, world, requests: twice(renew()) });
    await expect(running).rejects.toThrow(/"alice renews \(1\)" was accepted \d times/);
  });

  it('a record lists the keys that ended: an enrollment that stopped, another, and a block find it', async () => {
    const open = lacking('a record lists the keys that ended');
    const stopped = MEETINGS.filter(({ name }) => name.startsWith('an enrollment stopped'));
    const faults: string[] = [];
    for (const meeting of stopped) {
      const requests = requestsOf(meeting, ['enrol K', 'block key']);
      await runCase({ open, world: meeting.world, requests }).catch((error: Error) =>
        faults.push(error.message),
      );
    }
    expect(faults.join('\n')).toContain('after "the operator blocks the key"');
  });
});
