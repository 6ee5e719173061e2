import type { JSX } from 'preact';
import { localOf, timeOf, type AsOf } from './as-of.js';

/** As of when it is inspected. */
export function TimeControl({
  asOf,
  onChange,
}: {
  readonly asOf: AsOf;
  readonly onChange: (asOf: AsOf) => void;
}): JSX.Element {
  const isWrong = asOf.of === 'time' && timeOf(asOf.local) === undefined;
  return (
    <fieldset class="as-of">
      <legend>As of</legend>
      <label class="row">
        <input
          type="radio"
          name="as-of"
          checked={asOf.of === 'evidence'}
          onChange={() => onChange({ of: 'evidence' })}
        />
        The time in the evidence, else now
      </label>
      <label class="row">
        <input
          type="radio"
          name="as-of"
          checked={asOf.of === 'now'}
          onChange={() => onChange({ of: 'now' })}
        />
        Now
      </label>
      <label class="row">
        <input
          type="radio"
          name="as-of"
          checked={asOf.of === 'time'}
          onChange={() => onChange({ of: 'time', local: localOf(Date.now()) })}
        />
        Another time: that of the refusal
      </label>
      {asOf.of === 'time' && (
        <>
          <input
            type="datetime-local"
            step="1"
            aria-label="The time, by your clock"
            value={asOf.local}
            {...(isWrong && { 'aria-invalid': true })}
            onInput={(event) => onChange({ of: 'time', local: event.currentTarget.value })}
          />
          <p class="small faint">By your clock: {Intl.DateTimeFormat().resolvedOptions().timeZone}.</p>
          {isWrong && <p class="small wrong">Give the day and the time.</p>}
        </>
      )}
    </fieldset>
  );
}
