import type { ComponentChildren, JSX, RefObject } from 'preact';
import type { FoundDevice } from '../../../../gateway/src/shapes/devices.js';
import { ago, dateTime } from '../../shell/format.js';
import { Text } from '../../shell/text.js';
import { Actions } from './actions.js';
import { factsOf } from './facts.js';
import { Sessions } from './sessions.js';

export type Device = NonNullable<FoundDevice['device']>;

/** All that is known of a device, and what can be done with it. */
export function Record({
  device,
  mayOperate,
  heading,
  onChanged,
}: {
  readonly device: Device;
  readonly mayOperate: boolean;
  readonly heading: RefObject<HTMLHeadingElement | null>;
  readonly onChanged: (says: string) => Promise<void>;
}): JSX.Element {
  return (
    <section class="card stack" aria-labelledby="record">
      <div class="row heading">
        <h2 id="record" ref={heading} tabIndex={-1}>
          Device <Text value={device.deviceId} shown={128} />
        </h2>
        {device.blocked.length === 0 ? (
          <span class="tag accepted">not blocked</span>
        ) : (
          device.blocked.map((what) => <span class="tag refused">{what} blocked</span>)
        )}
      </div>
      <div class="columns roomy">
        <dl class="pairs">
          <Pair name="Record id">
            <code>
              <Text value={device.recordId} />
            </code>
          </Pair>
          <Pair name="User">
            {device.user === null ? 'none, or not shown to you' : <Text value={device.user} />}
          </Pair>
          <Pair name="Evidence">
            <Text value={device.evidence} />
          </Pair>
          <Pair name="Platform">
            {device.platform === null ? 'not known' : <Text value={device.platform} />}
          </Pair>
          <Pair name="App">
            {device.app === null ? (
              'not known'
            ) : (
              <Text value={[device.app.id, device.app.version].filter(Boolean).join(', version ')} />
            )}
          </Pair>
          <Pair name="Key thumbprint">
            {device.key === null ? (
              'it has no key'
            ) : (
              <code>
                <Text value={device.key} />
              </code>
            )}
          </Pair>
          <Pair name="First seen">{when(device.createdAt)}</Pair>
          <Pair name="Enrolled">{when(device.enrolledAt)}</Pair>
          <Pair name="Expires">{device.expiresAt === null ? 'never' : when(device.expiresAt)}</Pair>
        </dl>
        <div class="stack">
          <h3 id="integrity">Integrity: what its evidence said</h3>
          <Facts facts={device.integrity} />
        </div>
      </div>
      <Sessions device={device} mayOperate={mayOperate} onChanged={onChanged} />
      <Actions device={device} mayOperate={mayOperate} onChanged={onChanged} />
    </section>
  );
}

const when = (at: number): string => `${dateTime(at)} (${ago(at)})`;

function Facts({ facts }: { readonly facts: Device['integrity'] }): JSX.Element {
  const rows = factsOf(facts);
  if (rows.length === 0) return <p class="faint">Nothing was kept of it.</p>;
  return (
    <table aria-labelledby="integrity">
      <thead>
        <tr>
          <th scope="col">Fact</th>
          <th scope="col">Value</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, value }) => (
          <tr key={name}>
            <th scope="row">
              <Text value={name} shown={80} />
            </th>
            <td>
              <Text value={value} shown={300} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Pair({
  name,
  children,
}: {
  readonly name: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}
