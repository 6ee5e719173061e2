import type { JSX } from 'preact';
import { Text } from '../../shell/text.js';

/** Sentences of the library, in which names stand in backticks. */
export function Sentences({ text }: { readonly text: string }): JSX.Element {
  return (
    <>
      {text.split(/`([^`]*)`/).map((run, index) =>
        index % 2 === 0 ? (
          <Text value={run} />
        ) : (
          <code>
            <Text value={run} />
          </code>
        ),
      )}
    </>
  );
}
