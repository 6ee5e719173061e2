import type { JSX } from 'preact';
import { OUTCOMES } from '../parts/share.js';
import { FILTERS, filtersOf, type FilterName, type Filters } from './filters.js';

const LABELS: Readonly<Record<FilterName, string>> = {
  outcome: 'Outcome',
  name: 'Route or endpoint',
  code: 'Code',
  requestId: 'Request id',
  device: 'Device or address hash',
};

/** What to show. The page's address has it, so that it can be kept and sent to a colleague. */
export function FilterForm({
  filters,
  onFilters,
}: {
  readonly filters: Filters;
  readonly onFilters: (filters: Filters) => void;
}): JSX.Element {
  const send = (event: SubmitEvent): void => {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement);
    const search = new URLSearchParams();
    for (const name of FILTERS) search.set(name, String(given.get(name) ?? ''));
    onFilters(filtersOf(`?${search.toString()}`));
  };
  return (
    <form class="card filters" role="search" aria-label="Decisions" onSubmit={send}>
      {FILTERS.map((name) => (
        <div class={`filter ${name}`}>
          <label for={`by-${name}`}>{LABELS[name]}</label>
          {name === 'outcome' ? (
            <select id="by-outcome" name="outcome" defaultValue={filters.outcome ?? ''}>
              <option value="" selected={filters.outcome === undefined}>
                any
              </option>
              {OUTCOMES.map((outcome) => (
                <option value={outcome} selected={filters.outcome === outcome}>
                  {outcome}
                </option>
              ))}
            </select>
          ) : (
            <input
              id={`by-${name}`}
              name={name}
              defaultValue={filters[name] ?? ''}
              maxLength={256}
              autocomplete="off"
              spellcheck={false}
              autocapitalize="off"
            />
          )}
        </div>
      ))}
      <div class="row">
        <button class="main">Show</button>
        {Object.keys(filters).length > 0 && (
          <button type="button" onClick={() => onFilters({})}>
            Clear
          </button>
        )}
      </div>
    </form>
  );
}
