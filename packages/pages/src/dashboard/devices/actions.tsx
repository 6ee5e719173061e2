import type { JSX } from 'preact';
import type { DeviceChange } from '../../../../gateway/src/shapes/devices.js';
import { ChangeButton } from './change-button.js';
import type { Device } from './record.js';

/** What an operator can do with the device. */
export function Actions({
  device,
  mayOperate,
  onChanged,
}: {
  readonly device: Device;
  readonly mayOperate: boolean;
  readonly onChanged: (says: string) => Promise<void>;
}): JSX.Element {
  return (
    <div class="stack">
      <h3 id="actions">Actions</h3>
      {mayOperate ? (
        <>
          <div class="row" role="group" aria-labelledby="actions">
            {changesOf(device).map(([key, change]) => (
              <ChangeButton key={key} change={change} onChanged={onChanged} />
            ))}
          </div>
          <p class="small faint">
            Each asks before it does something, and is logged with your name and the time.
          </p>
        </>
      ) : (
        <p class="notice">
          You may read, not change. Blocking, ending sessions and forgetting need a token whose role is{' '}
          <code>operate</code> in <code>admin.tokens</code>.
        </p>
      )}
    </div>
  );
}

/** By keys that stay when a button turns from block to unblock, so that the focus stays on it. */
function changesOf({
  recordId,
  user,
  key,
  blocked,
  sessions,
}: Device): readonly (readonly [key: string, change: DeviceChange])[] {
  const targets = [
    'record',
    ...(key === null ? [] : ['key' as const]),
    ...(user === null ? [] : ['user' as const]),
  ] as const;
  return [
    ...targets.map(
      (what) =>
        [
          what,
          { action: blocked.includes(what) ? 'unblock' : 'block', recordId, what } as DeviceChange,
        ] as const,
    ),
    ...(sessions.length > 0 ? ([['end', { action: 'end', recordId }]] as const) : []),
    ['forget', { action: 'forget', recordId }],
  ];
}
