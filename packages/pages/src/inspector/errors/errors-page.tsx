import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { ask } from '../../shell/ask.js';
import { Text } from '../../shell/text.js';
import type { Errors, Explained } from '../../../../gateway/src/shapes/inspect.js';
import { Explanation } from '../verdict/explanation.js';
import { asSentence } from '../verdict/verdict-words.js';
import { Sentences } from '../verdict/sentences.js';
import { filterCodes } from './filter-codes.js';

const STAGES: Readonly<Record<string, string>> = {
  missing: 'nothing to verify was sent',
  malformed: 'the evidence cannot be read',
  untrusted: 'a check failed',
  denied: 'genuine, and the policy says no',
  unavailable: 'could not be verified now',
};

/** Every code of the library, with its cause and its remedy. */
export function ErrorsPage(): JSX.Element {
  const [errors, setErrors] = useState<Errors | Error>();
  const [filter, setFilter] = useState('');
  useEffect(() => {
    document.title = 'Error codes · attestkit';
    ask<Errors>('/api/errors').then(setErrors, setErrors);
  }, []);
  const catalog = errors instanceof Error ? undefined : errors;
  const rooms = useMemo(() => (catalog === undefined ? [] : filterCodes(catalog, filter)), [catalog, filter]);
  useEffect(() => {
    const show = (): void => {
      const id = location.hash.slice(1);
      if (!/^ERR_[A-Z0-9_]+$/.test(id)) return;
      const element = document.getElementById(id);
      if (element === null) return setFilter('');
      element.scrollIntoView({ block: 'start' });
      element.focus({ preventScroll: true });
    };
    show();
    addEventListener('hashchange', show);
    return () => removeEventListener('hashchange', show);
  }, [catalog, filter === '']);
  const count = rooms.reduce((sum, { codes }) => sum + codes.length, 0);
  return (
    <div class="errors stack">
      <div>
        <h1>Error codes</h1>
        <p class="faint">
          Each code is one check of a verifier. Here is why it usually fails, and what to do.
        </p>
      </div>
      {errors instanceof Error && (
        <p class="notice bad" role="alert">
          {errors.message}
        </p>
      )}
      {errors === undefined && (
        <p class="faint" role="status">
          Loading…
        </p>
      )}
      {catalog !== undefined && (
        <>
          <div class="filter">
            <label for="filter">Find a code, a word or a specification</label>
            <input
              id="filter"
              type="search"
              value={filter}
              placeholder="ERR_…, expired, RFC 7519"
              onInput={(event) => setFilter(event.currentTarget.value)}
            />
            <p class="small faint" role="status">
              {count} {count === 1 ? 'code' : 'codes'}
            </p>
          </div>
          {count === 0 && <p class="notice">No code has all of these words. Try fewer of them.</p>}
          {rooms.map((room) => (
            <section class="stack" key={room.title} aria-label={room.title}>
              <h2>
                <Text value={room.title} />
              </h2>
              {room.codes.map((code) => (
                <Code key={code.code} code={code} />
              ))}
            </section>
          ))}
        </>
      )}
    </div>
  );
}

function Code({ code }: { readonly code: Explained }): JSX.Element {
  return (
    <article class="card code" id={code.code} tabIndex={-1} aria-labelledby={`${code.code}-says`}>
      <p class="row small">
        <a class="mono" href={`#${code.code}`}>
          {code.code}
        </a>
        <span class="tag open">{code.stage}</span>
        <span class="faint">{STAGES[code.stage]}</span>
      </p>
      <h3 id={`${code.code}-says`}>
        <Sentences text={asSentence(code.says)} />
      </h3>
      <Explanation code={undefined} cause={code.cause} remedy={code.remedy} spec={code.spec} />
    </article>
  );
}
