import { Android } from './android.js';
import type { Backend } from '../servers/backend.js';
import type { KeyDevice } from './device.js';
import { IPhone } from './iphone.js';
import type { Send } from '../wire/message.js';

/** A kind of device whose story is that of all that have keys. */
export interface DeviceKind {
  readonly name: 'iPhone' | 'Android';
  create(server: Pick<Backend, 'apple' | 'clock'>, send: Send, id?: string): KeyDevice;
  /** What its sessions say of it. */
  readonly facts: {
    readonly enrolledBy: string;
    readonly platform: string;
    readonly integrity: string;
  };
  /** Why that which the key made is refused: it is over something else, or cut short. */
  readonly codes: { readonly signature: string; readonly cutShort: string };
}

const SIGNATURE = 'ERR_KEY_ATTESTATION_REQUEST_SIGNATURE_INVALID';

export const deviceKinds: readonly DeviceKind[] = [
  {
    name: 'iPhone',
    create: ({ apple }, send, id) => new IPhone(apple, send, id),
    facts: { enrolledBy: 'appAttest', platform: 'ios', integrity: 'hardware' },
    codes: {
      signature: 'ERR_APP_ATTEST_ASSERTION_SIGNATURE_INVALID',
      cutShort: 'ERR_APP_ATTEST_ASSERTION_CBOR_MALFORMED',
    },
  },
  {
    name: 'Android',
    create: ({ clock }, send, id) => new Android(send, id, { now: () => clock.now }),
    facts: { enrolledBy: 'keyAttestation', platform: 'android', integrity: 'hardware' },
    codes: { signature: SIGNATURE, cutShort: SIGNATURE },
  },
];
