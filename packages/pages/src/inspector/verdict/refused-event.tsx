import type { EvidenceKindName } from 'attestkit/inspect';
import type { JSX, Ref } from 'preact';
import { titleOf } from '../../../../attestkit/src/inspect/kind-table.js';
import type { Explained } from '../../../../gateway/src/shapes/inspect.js';
import { dateTime } from '../../shell/format.js';
import { Explanation } from './explanation.js';
import { Sentences } from './sentences.js';
import { asSentence } from './verdict-words.js';

/** A refusal without its evidence: what its code means, and what to give to see more. */
export function RefusedEvent({
  event,
  kind,
  at,
  heading,
}: {
  readonly event: Explained;
  readonly kind: EvidenceKindName | undefined;
  readonly at: string | undefined;
  readonly heading?: Ref<HTMLHeadingElement>;
}): JSX.Element {
  const time = at === undefined ? Number.NaN : Date.parse(at);
  return (
    <section class="card failed first" aria-labelledby="verdict">
      <p class="small faint">
        <span class="tag refused">refused</span>
        {kind !== undefined && ` ${titleOf(kind)}`}
        {!Number.isNaN(time) && `, ${dateTime(time)}`}
      </p>
      <h2 id="verdict" tabIndex={-1} {...(heading && { ref: heading })}>
        <Sentences text={asSentence(event.says)} />
      </h2>
      <Explanation code={event.code} cause={event.cause} remedy={event.remedy} spec={event.spec} />
      <p class="notice">
        An event has no evidence in it. To see every check, paste the{' '}
        {kind === undefined ? 'evidence' : titleOf(kind)} of this request above
        {!Number.isNaN(time) && ': it is inspected as of the time of the event'}.
      </p>
    </section>
  );
}
