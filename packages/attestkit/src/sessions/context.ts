import type { EnrollmentEvidence } from '../ports/enrollment.js';
import type { EnrollmentLimits } from '../ports/limits.js';
import type { Store } from '../ports/store.js';
import type { Devices } from './state/devices.js';
import type { DerivedKey } from './tokens/derived-keys.js';
import type { SessionKeys } from './tokens/session-signer.js';
import type { SessionVerifier } from './tokens/session-verifier.js';
import type { Settings } from './settings.js';
import type { Users } from './state/users.js';

/** What every verb of this room works with: made once, by `createSessions`. */
export interface Context {
  readonly settings: Settings;
  readonly enrollment: readonly EnrollmentEvidence[];
  readonly store: Store;
  readonly devices: Devices;
  readonly users: Users;
  readonly keys: {
    readonly challenge: readonly DerivedKey[];
    readonly refresh: readonly DerivedKey[];
    readonly pseudonym: readonly DerivedKey[];
    readonly session: SessionKeys;
  };
  readonly verifier: SessionVerifier;
  readonly limits: EnrollmentLimits | undefined;
  /** Awaited before each verification of evidence for enrollment, which may keep the event loop for milliseconds. */
  readonly turn: () => Promise<void>;
  /** Milliseconds since the epoch, whole; in one process it never runs backwards. */
  readonly now: () => number;
}
