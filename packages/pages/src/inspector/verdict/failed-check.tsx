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

const NO_KEY =
  'No key was given, so nobody can say whether the signature holds. Give a secret, a public key or a JWK Set under “More members” on this page, and inspect again.';

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
  // The library speaks of its command line, and what stands there explains a key that does not fit.
  const isKeyMissing = /^no key was given/i.test(detail.says);
  return (
    <section class={isFirst ? 'card failed first' : 'card failed'}>
      <p class="small faint">
        <span class="tag refused">failed</span> {isFirst ? 'first, and decides: ' : 'too: '}
        <Text value={check.name} />
      </p>
      <h3>
        <Sentences text={isKeyMissing ? NO_KEY : asSentence(detail.says)} />
      </h3>
      <FoundExpected detail={detail} at={at} />
      <Explanation
        code={check.code}
        cause={isKeyMissing ? undefined : explained?.cause}
        remedy={isKeyMissing ? undefined : explained?.remedy}
        spec={check.spec}
      />
    </section>
  );
}
