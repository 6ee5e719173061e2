import { Android } from './android.js';
import type { Backend } from './backend.js';
import type { KeyDevice } from './device.js';
import { IPhone } from './iphone.js';
import type { Send } from './wire/message.js';

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
  /** What a body for `attest` is answered with that was let in before. */
  readonly replayed: { readonly status: 400 | 403; readonly code: string };
  /** Why that which the key made is refused: it is over something else, or cut short. */
  readonly codes: { readonly signature: string; readonly cutShort: string };
}

const SIGNATURE = 'ERR_KEY_ATTESTATION_REQUEST_SIGNATURE_INVALID';

export const deviceKinds: readonly DeviceKind[] = [
  {
    name: 'iPhone',
    create: ({ apple }, send, id) => new IPhone(apple, send, id),
    facts: { enrolledBy: 'app-attest', platform: 'ios', integrity: 'hardware' },
    replayed: { status: 400, code: 'ERR_CHALLENGE_USED' },
    codes: {
      signature: 'ERR_APP_ATTEST_ASSERTION_SIGNATURE',
      cutShort: 'ERR_APP_ATTEST_ASSERTION_CBOR_INVALID',
    },
  },
  {
    name: 'Android',
    create: ({ clock }, send, id) => new Android(send, id, { now: () => clock.now }),
    facts: { enrolledBy: 'key-attestation', platform: 'android', integrity: 'hardware' },
    // Before the challenge is looked up it is asked whose the device id is: a chain for a key proves nothing of who sends it.
    replayed: { status: 403, code: 'ERR_ENROLMENT_TAKEOVER' },
    codes: { signature: SIGNATURE, cutShort: SIGNATURE },
  },
];
