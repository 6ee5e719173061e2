import { expect, it } from 'vitest';
import { decision, SAMPLES } from '../support/events.js';
import { newFile, NOON, opened } from './support/opened.js';

const at = NOON;
const device = { ...SAMPLES.device, at, key: 'key-1' };
const session = { ...SAMPLES.session, at, change: 'begun' } as const;

it('knows the record of a hash and of a key, over a restart', async () => {
  const file = newFile();
  const first = await opened(file);
  first.history.hear(device);
  expect(first.history.recordOf({ hash: 'hash-of-device' })).toBe('record-1');
  first.history.close();
  const { history } = await opened(file);
  expect(history.recordOf({ hash: 'hash-of-device' })).toBe('record-1');
  expect(history.recordOf({ key: 'key-1' })).toBe('record-1');
});

it('takes no hash for a key, and no key for a hash', async () => {
  const { history } = await opened();
  history.hear(device);
  for (const name of [{ hash: 'key-1' }, { key: 'hash-of-device' }, { hash: '' }, { key: "' OR 1=1 --" }])
    expect(history.recordOf(name)).toBeUndefined();
});

it('learns from sessions', async () => {
  const { history } = await opened();
  history.hear(session);
  expect(history.recordOf({ hash: 'hash-of-device' })).toBe('record-1');
});

it.each([
  ['a device without a record', { ...device, recordId: undefined }],
  ['a device that only the application named', { ...device, device: undefined, key: undefined }],
  ['a session that ended', { ...session, change: 'ended' }],
  ['a session without a hash', { ...session, device: undefined }],
] as const)('learns nothing from %s', async (_, event) => {
  const { history } = await opened();
  history.hear(event);
  expect(history.recordOf({ hash: 'hash-of-device' })).toBeUndefined();
});

it('takes the record that was heard of last', async () => {
  const { history } = await opened();
  history.hear(device);
  history.hear({ ...device, recordId: 'record-2', change: 'replaced' });
  expect(history.recordOf({ hash: 'hash-of-device' })).toBe('record-2');
});

it('forgets a device, its key too', async () => {
  const { history } = await opened();
  history.hear(device);
  history.hear({ ...device, change: 'forgotten', device: undefined, key: undefined });
  history.hear({ ...session, change: 'ended' });
  expect(history.recordOf({ hash: 'hash-of-device' })).toBeUndefined();
  expect(history.recordOf({ key: 'key-1' })).toBeUndefined();
  expect(history.rowsOf('record-1')).toEqual([]);
});

it('gives the newest rows of a record, and of no other', async () => {
  const { history } = await opened();
  history.hear(device);
  history.hear({ ...device, device: 'other', recordId: 'record-2', key: undefined });
  for (let each = 0; each < 60; each++) history.hear(decision({ at, requestId: `r-${each}` }));
  history.hear(decision({ at, device: 'other', requestId: 'of-other' }));
  // An address is not a device, even if it had the same text.
  history.hear(decision({ at, device: undefined, address: 'other', requestId: 'of-address' }));
  const rows = history.rowsOf('record-1').map(({ requestId }) => requestId);
  expect(rows).toEqual(Array.from({ length: 50 }, (_, each) => `r-${59 - each}`));
  expect(history.rowsOf('record-2').map(({ requestId }) => requestId)).toEqual(['of-other']);
  expect(history.rowsOf('record-3')).toEqual([]);
});
