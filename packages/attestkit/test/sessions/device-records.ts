import type { Enrolled } from '../../src/ports/enrolment.js';
import type { Store } from '../../src/ports/store.js';
import { Devices, type Enrolment } from '../../src/sessions/device-record.js';
import { Clock, START } from './backend.js';

export const KIND = 'app-attest';

/** Sessions of a day. */
export const DAY = 86_400_000;

export const devicesIn = (store: Store, { now } = new Clock(), sessionMs = DAY): Devices =>
  new Devices(store, { now, sessionMs });

export function enrolledBy(id: string | undefined, more: Partial<Enrolled> = {}): Enrolled {
  const key = id === undefined ? undefined : { id, thumbprint: `t-${id}`, publicKey: 'AAAA' };
  const about = { kind: KIND, platform: 'ios', appId: 'app', environment: 'production' } as const;
  return { ...about, ...(key && { key }), attestedAt: START, facts: {}, receipt: 'cmVj', ...more };
}

export const enrolment = (id: string | undefined, subject?: string, more?: Partial<Enrolled>): Enrolment => ({
  enrolled: enrolledBy(id, more),
  ...(subject !== undefined && { subject }),
  enrolledAt: START,
});

export const ids = (record: { readonly enrolments: readonly Enrolment[] } | undefined) =>
  record?.enrolments.map(({ enrolled }) => enrolled.key?.id);
