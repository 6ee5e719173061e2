import type { JSX } from 'preact';
import { dateTime } from '../../shell/format.js';
import { Still } from '../../shell/text.js';
import { StillStructure } from '../structure/still-structure.js';
import { ReportView } from '../verdict/report-view.js';
import type { SavedFile } from './saved-file.js';

/** A report as a page without scripts. */
export function StillReport({ file }: { readonly file: SavedFile }): JSX.Element {
  const saved = Date.parse(file.savedAt);
  return (
    <Still.Provider value={true}>
      <main>
        <div>
          <h1>attestkit inspection</h1>
          <p class="faint">
            Saved at <time dateTime={file.savedAt}>{dateTime(saved)}</time>.{' '}
            {file.masked
              ? 'Identifiers of the device are hidden: equal ones have equal numbers. Bytes and evidence are left out.'
              : 'With identifiers of the device and its bytes: give it only to those who may see them.'}
          </p>
        </div>
        <ReportView inspected={file.inspected} now={saved} />
        {!file.masked && <StillStructure parts={file.inspected.parts} />}
      </main>
    </Still.Provider>
  );
}
