import type { Role } from '../../shapes/access.js';

/** Who calls. */
export interface User {
  /** Undefined for an inspector without a gateway, which has no sign-in. */
  readonly name: string | undefined;
  readonly role: Role;
}

/** A user who has signed in, and for how long that counts. */
export interface SignedIn {
  readonly user: User;
  /** Whether the session still lasts. Asking does not make it last longer. */
  readonly lasts: () => boolean;
}
