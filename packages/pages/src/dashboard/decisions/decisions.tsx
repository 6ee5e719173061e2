import type { JSX } from 'preact';
import type { Signed } from '../../../../gateway/src/shapes/access.js';
import type { Decisions } from '../../../../gateway/src/shapes/seen.js';
import { Placeholder, Problem, useAsked } from '../parts/asked.js';
import { plural } from '../parts/share.js';
import { useSearch } from '../parts/search.js';
import { FilterForm } from './filter-form.js';
import { beforeOf, filtersOf, pathOf, searchOf } from './filters.js';
import { Rows } from './rows.js';

/** Recent decisions and uses of device endpoints, filtered by the query string. */
export function DecisionsView({ signed }: { readonly signed: Signed }): JSX.Element {
  const [search, go] = useSearch();
  const filters = filtersOf(search);
  const before = beforeOf(search);
  const { answer, problem, isAsking, again } = useAsked<Decisions>(pathOf(filters, before));
  const rows = answer?.rows ?? [];
  const oldest = rows.at(-1)?.id;
  const isFiltered = Object.keys(filters).length > 0;
  const turn = (next: string): void => {
    go(next);
    document.getElementById('results')?.focus();
  };
  return (
    <>
      <div class="row heading">
        <h1>Decisions</h1>
        <p class="faint grow">
          The newest that this instance keeps. No tokens, paths or addresses: hashes say which device it was.
        </p>
      </div>
      <p class="hidden" role="status">
        {answer === undefined || isAsking
          ? ''
          : titleOf(rows.length, answer.more, before !== undefined, filters.outcome)}
      </p>
      <FilterForm key={search} filters={filters} onFilters={(next) => turn(searchOf(next, undefined))} />
      {problem !== undefined && <Problem problem={problem} onAgain={again} />}
      {answer === undefined ? (
        problem === undefined && <Placeholder heights={[30]} />
      ) : (
        <section class="card stack" aria-labelledby="results" aria-busy={isAsking}>
          <div class="row heading">
            <h2 id="results" tabIndex={-1}>
              {titleOf(rows.length, answer.more, before !== undefined, filters.outcome)}
            </h2>
            <button type="button" onClick={again}>
              Refresh
            </button>
          </div>
          {rows.length === 0 ? (
            <Nothing isFiltered={isFiltered} isOlder={before !== undefined} />
          ) : (
            <Rows rows={rows} hasDevices={signed.hasDevices} />
          )}
          <nav class="row" aria-label="Pages of decisions">
            {before !== undefined && (
              <button type="button" onClick={() => turn(searchOf(filters, undefined))}>
                Newest
              </button>
            )}
            {answer.more && oldest !== undefined && (
              <button type="button" onClick={() => turn(searchOf(filters, oldest))}>
                Older
              </button>
            )}
          </nav>
        </section>
      )}
    </>
  );
}

/** `The newest 50 refused`. */
function titleOf(count: number, isMore: boolean, isOlder: boolean, outcome = ''): string {
  if (count === 0) return ['No', outcome, 'decisions'].filter(Boolean).join(' ');
  if (isOlder) return `${count.toLocaleString()} older ${outcome}`.trim();
  if (isMore) return `The newest ${count.toLocaleString()} ${outcome}`.trim();
  return plural(count, outcome === '' ? 'decision' : `${outcome} decision`);
}

function Nothing({
  isFiltered,
  isOlder,
}: {
  readonly isFiltered: boolean;
  readonly isOlder: boolean;
}): JSX.Element {
  if (isOlder) return <p>There are no older ones.</p>;
  if (isFiltered)
    return (
      <p>
        No decision that is kept matches. Filters compare exactly: a code, a request id or a hash has to be
        complete. <a href="/decisions">Show all</a>
      </p>
    );
  return <p>No request has come yet. The first one appears here when you refresh.</p>;
}
