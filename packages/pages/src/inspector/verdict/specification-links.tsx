import type { JSX } from 'preact';
import { Text } from '../../shell/text.js';
import { specificationRuns } from './specification.js';

/** The name of a specification, with links to the RFCs in it. */
export function SpecificationLinks({ spec }: { readonly spec: string }): JSX.Element {
  return (
    <>
      {specificationRuns(spec).map(({ text, href }) =>
        href === undefined ? (
          <Text value={text} />
        ) : (
          <a href={href} rel="noreferrer noopener" target="_blank">
            {text}
            <span class="hidden"> (opens a new tab)</span>
          </a>
        ),
      )}
    </>
  );
}
