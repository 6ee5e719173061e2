import type { EvidenceReport } from 'attestkit/inspect';
import type { JSX } from 'preact';
import { Text } from '../../shell/text.js';
import type { Explained } from '../../../../gateway/src/shapes/inspect.js';
import { Explanation } from './explanation.js';
import { FoundExpected } from './found-expected.js';
import { readDetail } from './read-check.js';
import { Sentences } from './sentences.js';
import { asSentence } from './verdict-words.js';

type Check = EvidenceReport['checks'][number];

/** A check that failed, with all that helps to mend it. */
export function FailedCheck({
  check,
  explained,
  at,
  isFirst,
}: {
  readonly check: Check;
  readonly explained: Explained | undefined;
  readonly at: string;
  /** The one that decided. */
  readonly isFirst: boolean;
}): JSX.Element {
  const detail = readDetail(check, explained?.says ?? '');
  return (
    <section class={isFirst ? 'card failed first' : 'card failed'}>
      <p class="small faint">
        <span class="tag refused">failed</span> {isFirst ? 'first, and decides: ' : 'too: '}
        <Text value={check.name} />
      </p>
      <h3>
        <Sentences text={asSentence(detail.says)} />
      </h3>
      <FoundExpected detail={detail} at={at} />
      <Explanation code={check.code} cause={explained?.cause} remedy={explained?.remedy} spec={check.spec} />
    </section>
  );
}
