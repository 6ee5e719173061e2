import type { Context } from './context.js';
import type { DeviceRecord } from './device-record.js';

/** Moves the end of a record that is in use, seldom; a store that fails meanwhile takes nothing back. */
export async function extended({ devices }: Context, record: DeviceRecord): Promise<void> {
  if (!devices.isShort(record)) return;
  try {
    await devices.extend(record);
  } catch {
    // The record lives for a while yet, and the next use tries again.
  }
}
