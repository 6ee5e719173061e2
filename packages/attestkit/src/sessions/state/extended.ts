import type { Context } from '../context.js';
import type { DeviceRecord } from './device-record.js';

/** Moves the end of a record that is in use, seldom; a store that fails meanwhile takes nothing back. */
export async function extended({ devices }: Context, record: DeviceRecord): Promise<void> {
  // The record lives for a while yet, and the next use tries again.
  if (devices.isShort(record)) await quietly(devices.extend(record));
}

/** Waits for the work after a decision: a store that fails then must not take the decision back. */
export async function quietly(after: Promise<unknown>): Promise<void> {
  await after.catch(() => undefined);
}
