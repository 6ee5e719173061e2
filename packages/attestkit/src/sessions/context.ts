import type { EnrolmentEvidence } from '../ports/enrolment.js';
import type { EnrolmentLimits } from '../ports/limits.js';
import type { Store } from '../ports/store.js';
import type { Devices } from './device-record.js';
import type { Families } from './families.js';
import type { Revocation } from './revocation.js';
import type { DerivedKey } from './secrets.js';
import type { SessionKeys } from './session-signer.js';
import type { SessionVerifier } from './session-verifier.js';
import type { Settings } from './settings.js';

/** What every verb of this room works with: made once, by `createSessions`. */
export interface Context {
  readonly settings: Settings;
  readonly enrolment: readonly EnrolmentEvidence[];
  readonly store: Store;
  readonly devices: Devices;
  readonly families: Families;
  readonly revocation: Revocation;
  readonly keys: {
    readonly challenge: readonly DerivedKey[];
    readonly refresh: readonly DerivedKey[];
    readonly pseudonym: readonly DerivedKey[];
    readonly session: SessionKeys;
  };
  readonly verifier: SessionVerifier;
  readonly limits: EnrolmentLimits | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}
