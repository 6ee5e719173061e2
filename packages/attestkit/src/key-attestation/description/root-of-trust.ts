import { readSequence, type Asn1 } from '../../kernel/asn1/der.js';
import { readOctets } from '../../kernel/asn1/der-values.js';
import { readChoice, readLenientBoolean, type Notes } from './lenient-der.js';

/** How the device was started. */
export interface RootOfTrust {
  /** SHA-256 of the key that the system image is signed with; zeros or nothing if there is none. */
  readonly verifiedBootKey: Uint8Array;
  /** Whether the bootloader is locked. */
  readonly deviceLocked: boolean;
  /** A number if it is undocumented. */
  readonly verifiedBootState: 'VERIFIED' | 'SELF_SIGNED' | 'UNVERIFIED' | 'FAILED' | number;
  /** SHA-256 of all that was verified; from version 3 on. */
  readonly verifiedBootHash?: Uint8Array;
}

const STATES = ['VERIFIED', 'SELF_SIGNED', 'UNVERIFIED', 'FAILED'] as const;

/** RootOfTrust: `SEQUENCE { key, locked, state, hash }`, without the hash before version 3. */
export function readRootOfTrust(
  element: Asn1 | undefined,
  path: string,
  notes: Notes,
): RootOfTrust | undefined {
  const [key, locked, state, digest, more] = readSequence(element) ?? [];
  const verifiedBootKey = readOctets(key);
  const deviceLocked = readLenientBoolean(locked, `${path}.deviceLocked`, notes);
  const verifiedBootState = readChoice(state);
  const verifiedBootHash = readOctets(digest);
  if (
    verifiedBootKey === undefined ||
    deviceLocked === undefined ||
    verifiedBootState === undefined ||
    (digest !== undefined && verifiedBootHash === undefined) ||
    more !== undefined
  )
    return undefined;
  return {
    verifiedBootKey,
    deviceLocked,
    verifiedBootState: STATES[verifiedBootState] ?? verifiedBootState,
    ...(verifiedBootHash !== undefined && { verifiedBootHash }),
  };
}
