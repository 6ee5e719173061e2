import type { Guard } from 'attestkit';
import type { AdminEvent } from '../../events.js';
import type { History } from '../../history/history.js';
import type { DeviceChange, FoundDevice } from '../../shapes/devices.js';
import type { Role } from '../../shapes/access.js';
import { jsonAnswer, Refusal } from '../answer.js';
import { oneOf, readGiven, textOf, type Given } from './body.js';
import type { Endpoints } from './call.js';

type DeviceControl = NonNullable<Guard['devices']>;
type Device = NonNullable<Awaited<ReturnType<DeviceControl['find']>>>;

/** What devices are looked up and changed with. */
export interface DevicesContext {
  readonly history: Pick<History, 'recordOf' | 'rowsOf'>;
  /** Of the guard in use. */
  readonly control: () => DeviceControl | undefined;
  readonly tell: (event: Omit<AdminEvent, 'type' | 'at'>) => void;
}

const NAMES = ['recordId', 'deviceId', 'key', 'hash'] as const;
const ACTIONS = ['block', 'unblock', 'end', 'forget'] as const;
const PARTS = ['record', 'key', 'user'] as const;

/** Look-up and change of devices. */
export function devicesEndpoints({ history, control, tell }: DevicesContext): Endpoints {
  /** Of the guard in use. @throws Refusal */
  const devices = (): DeviceControl => {
    const found = control();
    if (found === undefined)
      throw new Refusal(404, 'No devices enroll here: the configuration has no devices.');
    return found;
  };
  return {
    'POST /api/devices/find': {
      needs: 'read',
      async answer({ req, user: { role } }) {
        const given = await readGiven(req, NAMES);
        const name = NAMES.filter((each) => Object.hasOwn(given, each));
        const [by, ...more] = name;
        if (by === undefined || more.length > 0) throw new Refusal(400, `Give one of ${NAMES.join(', ')}.`);
        const text = textOf(given, by);
        const recordId = recordOf(history, by, text);
        const asked =
          by === 'deviceId' ? { deviceId: text } : recordId === undefined ? undefined : { recordId };
        const device = asked && (await available(() => devices().find(asked)));
        const known = device?.recordId ?? recordId;
        const answer: FoundDevice = {
          device: device === undefined ? null : shown(device, role),
          rows: known === undefined ? [] : history.rowsOf(known),
        };
        return jsonAnswer(200, answer);
      },
    },
    'POST /api/devices/change': {
      needs: 'operate',
      async answer({ req, user: { name } }) {
        const change = changeOf(await readGiven(req, ['action', 'recordId', 'what', 'sessionId']));
        const { action, recordId } = change;
        const what = 'what' in change ? change.what : undefined;
        const told = { name, action, recordId, what };
        try {
          const done = await available(() => changed(devices(), change));
          tell({ ...told, outcome: done ? 'done' : 'nothing' });
          return jsonAnswer(200, { done });
        } catch (error) {
          tell({ ...told, outcome: 'failed' });
          throw error;
        }
      },
    },
  };
}

function recordOf(
  history: DevicesContext['history'],
  by: (typeof NAMES)[number],
  text: string,
): string | undefined {
  if (by === 'recordId') return text;
  if (by === 'key') return history.recordOf({ key: text });
  return by === 'hash' ? history.recordOf({ hash: text }) : undefined;
}

/** @throws Refusal */
function changeOf(given: Given): DeviceChange {
  const action = oneOf(given['action'], 'action', ACTIONS);
  const recordId = textOf(given, 'recordId');
  const has = (member: string): boolean => Object.hasOwn(given, member);
  if (action === 'block' || action === 'unblock') {
    if (has('sessionId')) throw new Refusal(400, `${action} takes no sessionId.`);
    return { action, recordId, what: oneOf(given['what'], 'what', PARTS) };
  }
  if (has('what')) throw new Refusal(400, `${action} takes no what.`);
  if (action === 'forget') {
    if (has('sessionId')) throw new Refusal(400, 'forget takes no sessionId.');
    return { action, recordId };
  }
  return { action, recordId, ...(has('sessionId') && { sessionId: textOf(given, 'sessionId') }) };
}

async function changed(devices: DeviceControl, change: DeviceChange): Promise<boolean> {
  const { action, recordId } = change;
  if (action === 'forget') return await devices.forget(recordId);
  if (action === 'end') {
    const { sessionId } = change;
    return await devices.end({ recordId, ...(sessionId !== undefined && { sessionId }) });
  }
  if (change.what === 'record') return await devices[action]({ recordId });
  const device = await devices.find({ recordId });
  if (change.what === 'key') {
    const keyId = device?.enrolled.key?.id;
    return keyId === undefined ? false : await devices[action]({ keyId });
  }
  return device?.user === undefined ? false : await devices[action]({ user: device.user });
}

/** @throws Refusal (rejects with it) if the store does not answer */
async function available<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if ((error as { readonly stage?: unknown }).stage !== 'unavailable') throw error;
    throw new Refusal(503, 'The store does not answer. Try again: doing it twice is safe.');
  }
}

/** As the library reads the version of an app from facts. */
const VERSIONS = ['bundleVersion', 'appVersion', 'versionCode'];

function shown(device: Device, role: Role): NonNullable<FoundDevice['device']> {
  const { recordId, deviceId, user, createdAt, enrolledAt, expiresAt, enrolled, blocked, sessions } = device;
  const { kind, platform, appId, environment, integrity, virtual, key, facts } = enrolled;
  const version = VERSIONS.map((name) => facts[name]).find((each) => each !== undefined);
  return {
    recordId,
    deviceId,
    // Who the user is concerns those alone who may block them.
    user: role === 'operate' ? (user ?? null) : null,
    createdAt,
    enrolledAt,
    expiresAt: expiresAt ?? null,
    evidence: kind,
    platform: platform === 'unknown' ? null : platform,
    app: { id: appId, version: version === undefined ? null : String(version) },
    key: key?.thumbprint ?? null,
    integrity: { integrity, environment, virtual, ...facts },
    blocked,
    sessions: sessions.map(({ sessionId, refreshedAt, expiresAt: ends }) => ({
      sessionId,
      refreshedAt,
      expiresAt: ends,
    })),
  };
}
