import type { AttestedKey, Enrolled } from '../../ports/enrollment.js';
import type { DeviceRecord } from './device-record.js';

/** Whose an attested key is: written once under the key's id, and never moved to another label. */
export interface KeyPointer {
  /** The label of its installation. */
  readonly deviceId: string;
  readonly kind: string;
  readonly appId: string;
  readonly key: AttestedKey;
  /** 1 for the first key of a record; a replacement has the next one. */
  readonly keyGen: number;
  /** By `forget`: the key is never enrolled again. */
  readonly retired?: true;
  readonly blocked?: true;
  /** It or its record was blocked at some time: since then the pointer has no end, and nothing gives it one again. */
  readonly endless?: true;
}

export function pointerOf(
  deviceId: string,
  key: AttestedKey,
  enrolled: Enrolled,
  keyGen: number,
): KeyPointer {
  const { kind, appId } = enrolled;
  return { deviceId, kind, appId, key, keyGen };
}

/**
 * What a key is to the record under its label: its `current` one; `pending`, so that it may still be enrolled there; or
 * `retired`.
 */
export function standingOf(
  pointer: KeyPointer,
  record: DeviceRecord | undefined,
): 'current' | 'pending' | 'retired' {
  if (record?.enrolled.key?.id === pointer.key.id) return 'current';
  if (pointer.retired === true) return 'retired';
  return record === undefined || pointer.keyGen > record.keyGen ? 'pending' : 'retired';
}
