import type { RouteOptions } from '../../../src/guard/internal.js';
import type { Backend } from './backend.js';
import { ALONE } from './signing-device.js';
import { vouching } from './vouching.js';

export const DAY = 86_400_000;

export const KEYLESS = { enrollment: [vouching()] };

/** Enrolls a device, or renews it, by evidence that says what the test wants. */
export async function vouched(backend: Backend, more: object = {}, deviceId = 'phone-1') {
  const challenge = await backend.challenge(deviceId);
  return backend.post('/attest', { challenge, device_id: deviceId, token: 'good', ...more });
}

/** The id of a key that evidence says what the test wants of. */
export const KEY_ID = Buffer.alloc(32, 7).toString('base64url');

/** A device with a key, whose evidence has no certificates that end. */
export const KEYED = {
  enrollment: [
    vouching(
      { provesKey: true },
      { key: { id: KEY_ID, thumbprint: KEY_ID, publicKey: Buffer.alloc(32, 7).toString('base64url') } },
    ),
  ],
};

export const alone = (backend: Backend, fields: object) =>
  backend.check({ fields: fields as never }, ALONE as RouteOptions);
