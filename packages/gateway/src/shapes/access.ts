/** Each answer above 399. */
export interface Refused {
  /** For people: what is wrong, and what to do. */
  readonly says: string;
}

/** `read` looks, `operate` also changes devices. */
export type Role = 'read' | 'operate';

/** `GET /api/session`; `POST /api/session` with `{ token }` signs in and answers the same, `DELETE /api/session` signs out (204). */
export interface Signed {
  /** Of the token, or of the user that a proxy names; undefined for an inspector without a gateway, which has no sign-in. */
  readonly name: string | undefined;
  readonly role: Role;
  /** Whether this is the inspector alone, without a dashboard. */
  readonly standalone: boolean;
  /** Which gateway answers: the name of its machine and its process id, `gw-1 (4711)`. */
  readonly instance: string;
  readonly version: string;
  readonly startedAt: number;
  /** Whether devices enroll here: without them there is nothing to look up or block. */
  readonly hasDevices: boolean;
}
