import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { NAMES, type QueryName } from './query.js';

/** By which name, and the name. It is sent by POST: nothing of it is in the page's address. */
export function FindForm({
  handed,
  isAsking,
  onFind,
}: {
  readonly handed: string | undefined;
  readonly isAsking: boolean;
  readonly onFind: (name: QueryName, value: string) => void;
}): JSX.Element {
  const [name, setName] = useState<QueryName>(handed === undefined ? 'recordId' : 'hash');
  const send = (event: SubmitEvent): void => {
    event.preventDefault();
    const value = new FormData(event.currentTarget as HTMLFormElement).get('value');
    onFind(name, String(value));
  };
  return (
    <form class="card find" role="search" aria-label="Devices" onSubmit={send}>
      <div>
        <label for="by">Look up by</label>
        <select id="by" value={name} onChange={(event) => setName(event.currentTarget.value as QueryName)}>
          {NAMES.map((each) => (
            <option value={each.name} selected={each.name === name}>
              {each.label}
            </option>
          ))}
        </select>
      </div>
      <div>
        <label for="value">{NAMES.find((each) => each.name === name)?.label}</label>
        <input
          id="value"
          name="value"
          required
          pattern=".*\S.*"
          maxLength={256}
          defaultValue={handed ?? ''}
          autocomplete="off"
          spellcheck={false}
          autocapitalize="off"
          aria-describedby="hint"
        />
      </div>
      <button class="main" disabled={isAsking}>
        {isAsking ? 'Looking…' : 'Look up'}
      </button>
      <p id="hint" class="small faint">
        {NAMES.find((each) => each.name === name)?.hint}
      </p>
    </form>
  );
}
