import type { DeviceQuery } from '../../../../gateway/src/shapes/devices.js';

/** The names that a device can be looked up by, with their words. */
export const NAMES = [
  {
    name: 'recordId',
    label: 'Record id',
    hint: 'The server’s name for the device: in logs, and in X-Attest-Device.',
  },
  {
    name: 'deviceId',
    label: 'Device id',
    hint: 'The label that the app chose. The app can show it to its user.',
  },
  { name: 'key', label: 'Key thumbprint', hint: 'RFC 7638, base64url, of the device key: in X-Attest-Key.' },
  { name: 'hash', label: 'Hash in an event', hint: 'The keyed hash of a device, as decisions show it.' },
] as const;
export type QueryName = (typeof NAMES)[number]['name'];

/**
 * What the gateway is asked for.
 *
 * @example queryOf('hash', ' q83v ') // { hash: 'q83v' }
 */
export function queryOf(name: QueryName, value: string): DeviceQuery {
  return { [name]: value.trim() } as unknown as DeviceQuery;
}

const HANDED = 'attestkit.find';

/** Takes a hash along to the page that looks devices up: never in a URL, which histories and logs keep. */
export function handOver(hash: string, storage: Pick<Storage, 'setItem'>): void {
  storage.setItem(HANDED, hash);
}

/** What another page handed over, once. */
export function handedOver(storage: Pick<Storage, 'getItem' | 'removeItem'>): string | undefined {
  const hash = storage.getItem(HANDED) ?? undefined;
  storage.removeItem(HANDED);
  return hash;
}
