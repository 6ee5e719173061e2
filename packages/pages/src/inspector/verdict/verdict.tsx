import type { EvidenceReport } from 'attestkit/inspect';
import type { JSX, Ref } from 'preact';
import { dateTime } from '../../shell/format.js';
import { Text } from '../../shell/text.js';
import { verdictInWords } from './verdict-words.js';

/** Whether the evidence passes, in words. */
export function Verdict({
  report,
  title,
  heading,
  isClaimed = false,
}: {
  readonly report: EvidenceReport;
  readonly title: string;
  readonly heading?: Ref<HTMLHeadingElement>;
  /** A file says it, which anybody can have written. */
  readonly isClaimed?: boolean;
}): JSX.Element {
  const { says, because, isPartly } = verdictInWords(report, title);
  const isPass = report.verdict === 'pass';
  const content = isPass ? report.result : undefined;
  const isVirtual = typeof content === 'object' && 'virtual' in content && content.virtual === true;
  return (
    <section
      class={`verdict ${isClaimed ? 'claimed' : isPartly ? 'partly' : isPass ? 'pass' : 'fail'}`}
      aria-labelledby="verdict"
    >
      <svg viewBox="0 0 24 24" width="40" height="40" aria-hidden="true">
        <circle cx="12" cy="12" r="11" fill="currentColor" />
        <path
          d={isPass ? 'M6.5 12.5l3.7 3.7 7.3-8' : 'M7.5 7.5l9 9m0-9l-9 9'}
          fill="none"
          stroke="var(--card)"
          stroke-width="2.4"
          stroke-linecap="round"
          stroke-linejoin="round"
        />
      </svg>
      <div class="words">
        <h2 id="verdict" tabIndex={-1} {...(heading && { ref: heading })}>
          <Text value={isClaimed ? `${says}, says the file` : says} />
        </h2>
        <p>
          As of{' '}
          <time dateTime={report.at} title={report.at}>
            {dateTime(Date.parse(report.at))}
          </time>{' '}
          ({report.at.slice(11, 19)} UTC). {because}
        </p>
        {isVirtual && (
          <p>
            <strong>Of a virtual device:</strong> it was checked against the roots of a test, which you gave.
          </p>
        )}
      </div>
    </section>
  );
}
