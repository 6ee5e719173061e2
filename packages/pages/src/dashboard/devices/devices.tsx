import type { JSX } from 'preact';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Signed } from '../../../../gateway/src/shapes/access.js';
import type { DeviceQuery, FoundDevice } from '../../../../gateway/src/shapes/devices.js';
import { ask } from '../../shell/ask.js';
import { Problem } from '../parts/asked.js';
import { Rows } from '../decisions/rows.js';
import { FindForm } from './find-form.js';
import { handedOver, queryOf, type QueryName } from './query.js';
import { Record } from './record.js';

/** One device by look-up. There is no list. */
export function DevicesView({ signed }: { readonly signed: Signed }): JSX.Element {
  const [handed] = useState(() => handedOver(sessionStorage));
  const [query, setQuery] = useState<DeviceQuery>();
  const [found, setFound] = useState<FoundDevice>();
  const [problem, setProblem] = useState<Error>();
  const [isAsking, setAsking] = useState(false);
  const [told, setTold] = useState('');
  const heading = useRef<HTMLHeadingElement>(null);
  const find = useCallback(async (by: DeviceQuery) => {
    setAsking(true);
    setProblem(undefined);
    try {
      setFound(await ask<FoundDevice>('/api/devices/find', { body: by }));
    } catch (error) {
      setProblem(error as Error);
    }
    setAsking(false);
  }, []);
  const look = (name: QueryName, value: string): void => {
    const by = queryOf(name, value);
    setQuery(by);
    setFound(undefined);
    setTold('');
    void find(by).then(() => heading.current?.focus());
  };
  useEffect(() => {
    if (handed !== undefined) look('hash', handed);
  }, []);
  if (!signed.hasDevices)
    return (
      <>
        <h1>Devices</h1>
        <section class="card stack">
          <h2>No devices enroll here.</h2>
          <p>
            This gateway judges tokens alone. Devices enroll, and can be looked up and blocked, when{' '}
            <code>devices</code> is in its configuration.
          </p>
        </section>
      </>
    );
  return (
    <>
      <div class="stack">
        <h1>Devices</h1>
        <p class="faint">
          One device, by a name that you have from the app, a log or an event. There is no list to browse.
        </p>
      </div>
      <FindForm handed={handed} isAsking={isAsking} onFind={look} />
      {problem !== undefined && (
        <Problem problem={problem} onAgain={() => query !== undefined && void find(query)} />
      )}
      <p class={told === '' ? 'hidden' : 'notice'} role="status">
        {told}
      </p>
      {found !== undefined &&
        (found.device === null ? (
          <section class="card stack">
            <h2 id="record" ref={heading} tabIndex={-1}>
              No device of this name is known.
            </h2>
            <p>
              Compare the whole name, letter by letter, and what kind of name it is. A device that was
              forgotten, or whose record has expired, is not known any more.
              {found.rows.length > 0 && ' Its events are still kept.'}
            </p>
          </section>
        ) : (
          <Record
            device={found.device}
            mayOperate={signed.role === 'operate'}
            heading={heading}
            onChanged={async (says) => {
              setTold(says);
              await find({ recordId: found.device?.recordId ?? '' });
            }}
          />
        ))}
      {found !== undefined && found.rows.length > 0 && (
        <section class="card stack" aria-labelledby="events">
          <h2 id="events">Newest events</h2>
          <Rows rows={found.rows} hasDevices={false} />
        </section>
      )}
    </>
  );
}
