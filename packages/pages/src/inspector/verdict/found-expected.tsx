import type { JSX } from 'preact';
import { Text } from '../../shell/text.js';
import { withAges } from '../../../../attestkit/src/cli/report/ages.js';
import type { Detail } from './read-check.js';

/** What a check found beside what it expected. */
export function FoundExpected({ detail, at }: { readonly detail: Detail; readonly at: string }): JSX.Element {
  const { found, expected, mistake } = detail;
  return (
    <>
      {(found !== undefined || expected !== undefined) && (
        <dl class="compared">
          <div>
            <dt>Found</dt>
            <dd class="mono">{found === undefined ? 'nothing' : <Text value={withAges(found, at)} />}</dd>
          </div>
          {expected !== undefined && (
            <div>
              <dt>Expected</dt>
              <dd class="mono">
                <Text value={withAges(expected, at)} />
              </dd>
            </div>
          )}
        </dl>
      )}
      {mistake !== undefined && (
        <p class="notice warn">
          <strong>Likely mistake:</strong> <Text value={mistake} />
        </p>
      )}
    </>
  );
}
