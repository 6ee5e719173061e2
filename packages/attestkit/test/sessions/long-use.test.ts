import { expect, it } from 'vitest';
import { Backend, Clock, newKey, tokensOf } from './support/backend.js';

const DAY = 86_400_000;

it('a device that is used for years is found by its record, and can be blocked by it', async () => {
  const clock = new Clock();
  const backend = new Backend({ clock });
  const key = newKey(clock.now);
  await backend.enrolled(key);
  const recordId = (await backend.recordId()) ?? '';
  for (let day = 0; day < 900; day += 90) {
    expect(tokensOf(await backend.post('/assert', await backend.exchange(key))).session).toBeDefined();
    clock.ms += 90 * DAY;
  }
  expect(await backend.control.find({ recordId })).toMatchObject({ recordId, deviceId: 'phone-1' });
  expect(await backend.control.block({ recordId })).toBe(true);
});
