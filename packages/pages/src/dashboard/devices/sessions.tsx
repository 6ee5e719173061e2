import type { JSX } from 'preact';
import { ago, dateTime } from '../../shell/format.js';
import { Text } from '../../shell/text.js';
import { ChangeButton } from './change-button.js';
import type { Device } from './record.js';

/** The sessions of a device, each with a button that ends it. */
export function Sessions({
  device: { sessions, recordId },
  mayOperate,
  onChanged,
}: {
  readonly device: Device;
  readonly mayOperate: boolean;
  readonly onChanged: (says: string) => Promise<void>;
}): JSX.Element {
  return (
    <div class="stack">
      <h3 id="sessions">Sessions</h3>
      {sessions.length === 0 ? (
        <p class="faint">It does not have a session.</p>
      ) : (
        <div class="wide" tabIndex={0} role="region" aria-label="Sessions, as a table">
          <table>
            <thead>
              <tr>
                <th scope="col">Session</th>
                <th scope="col">Used last</th>
                <th scope="col">Expires</th>
                {mayOperate && <th scope="col">Action</th>}
              </tr>
            </thead>
            <tbody>
              {sessions.map(({ sessionId, refreshedAt, expiresAt }) => (
                <tr key={sessionId}>
                  <th scope="row">
                    <code>
                      <Text value={sessionId} shown={64} />
                    </code>
                  </th>
                  <td>{ago(refreshedAt)}</td>
                  <td>{dateTime(expiresAt)}</td>
                  {mayOperate && (
                    <td>
                      <ChangeButton change={{ action: 'end', recordId, sessionId }} onChanged={onChanged} />
                    </td>
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}
