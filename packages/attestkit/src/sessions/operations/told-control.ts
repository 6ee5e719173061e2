import type { BlockTarget, DeviceControl } from '../../ports/devices.js';
import type { DeviceEvent, GuardEvent } from '../../ports/events.js';

/** The same control, which tells a listener of each change once it is made. */
export function toldControl(
  control: DeviceControl,
  now: () => number,
  tell: (event: GuardEvent) => void,
): DeviceControl {
  const changed = (change: DeviceEvent['change'], recordId: string | undefined): void =>
    tell({
      type: 'device',
      at: now(),
      requestId: undefined,
      change,
      device: undefined,
      recordId,
      key: undefined,
      proof: undefined,
      evidence: undefined,
      app: undefined,
    });
  return {
    ...control,
    block: async (target) => {
      const done = await control.block(target);
      if (done) changed('blocked', recordOf(target));
      return done;
    },
    unblock: async (target) => {
      const done = await control.unblock(target);
      if (done) changed('unblocked', recordOf(target));
      return done;
    },
    forget: async (recordId) => {
      const done = await control.forget(recordId);
      if (done) changed('forgotten', recordId);
      return done;
    },
    end: async (sessions) => {
      const done = await control.end(sessions);
      const { recordId, sessionId: session } = sessions;
      const about = { requestId: undefined, device: undefined, recordId, session };
      if (done) tell({ type: 'session', at: now(), change: 'ended', ...about });
      return done;
    },
  };
}

function recordOf(target: BlockTarget): string | undefined {
  return 'recordId' in target ? target.recordId : undefined;
}
