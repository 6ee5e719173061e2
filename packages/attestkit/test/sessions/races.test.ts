import { afterAll, describe, expect, it } from 'vitest';
import { present } from '../stores/support/servers.js';
import { apple, APP_ID, AUDIENCE, Backend, bearer, Clock, tally } from './support/backend.js';
import { Race, type Use } from './support/race.js';
import { SHARED, type Shared } from './support/race-stores.js';

const PROCESSES = 4;
const TIMES = 250;

/** The processes judge by the system's clock. */
class SystemClock extends Clock {
  override readonly now = Date.now;
}

const phone = apple.createIPhone({ appId: APP_ID, now: Date.now });

for (const [kind, open] of Object.entries(SHARED)) {
  let shared: Shared | undefined;
  let race: Race | undefined;
  const there = await present(`server for the store ${kind}`, async () => {
    shared = await open();
    race = await Race.start(PROCESSES, shared);
  });

  describe.skipIf(!there)(`1,000 uses at once from ${PROCESSES} processes on ${kind}`, () => {
    const { store, close } = (shared ?? { close: async () => undefined }) as Shared;
    const run = (use: Use): Promise<readonly string[]> => (race as Race).run(use, TIMES);
    const backend = there ? new Backend({ store, clock: new SystemClock() }) : undefined;
    const server = (): Backend => backend as Backend;

    afterAll(async () => {
      race?.stop();
      await close();
    });

    it('of one refresh token: one rotation, and one live successor', async () => {
      const { refresh } = await server().enrolled(phone.generateKey(), 'r');
      const ended = await run({ verb: 'refresh', body: { refresh_token: refresh } });
      const kinds = tally(ended.map((each) => each.split(' ', 1)[0]));
      expect(kinds).toEqual({ accepted: 1, again: PROCESSES * TIMES - 1 });
      const successors = [...new Set(ended.map((each) => each.split(' ')[1] as string))];
      expect(successors).toHaveLength(1);
      expect((await server().refresh(successors[0] as string)).status).toBe(200);
      expect((await server().refresh(refresh)).code).toBe('ERR_REFRESH_REUSED');
    }, 60_000);

    it('of one challenge: one device', async () => {
      const body = await server().evidence(phone.generateKey(), 'c');
      const ended = await run({ verb: 'enroll', body });
      const kinds = tally(ended.map((each) => each.split(' ', 1)[0]));
      expect(kinds).toEqual({ accepted: 1, ERR_CHALLENGE_REUSED: PROCESSES * TIMES - 1 });
      expect((await server().device('c'))?.sessions).toHaveLength(1);
    }, 60_000);

    it('of one signed request: one is accepted', async () => {
      const key = phone.generateKey();
      const { session } = await server().enrolled(key, 's');
      const request = { method: 'POST', target: '/pay?a=1' };
      const { xAppAttest } = key.signRequest({ audience: AUDIENCE, ...request, body: '{}' });
      const fields = { ...(bearer(session) as Record<string, string>), 'x-app-attest': xAppAttest };
      const ended = await run({ verb: 'check', ...request, payload: '{}', fields });
      expect(tally(ended)).toEqual({ accepted: 1, ERR_ASSERTION_COUNTER_REUSED: PROCESSES * TIMES - 1 });
    }, 60_000);

    it('of one proof for a session: one session', async () => {
      const key = phone.generateKey();
      await server().enrolled(key, 'a');
      const body = await server().exchange(key, 'a');
      const ended = await run({ verb: 'assert', body });
      const kinds = tally(ended.map((each) => each.split(' ', 1)[0]));
      const { ERR_CHALLENGE_REUSED: late = 0, ERR_ASSERTION_COUNTER_REUSED: beaten = 0 } = kinds;
      expect([kinds['accepted'], late + beaten]).toEqual([1, PROCESSES * TIMES - 1]);
      expect((await server().device('a'))?.sessions).toHaveLength(2);
    }, 60_000);
  });
}
