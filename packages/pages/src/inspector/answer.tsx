import type { JSX, Ref } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ask } from '../shell/ask.js';
import { dateTime } from '../shell/format.js';
import { Text } from '../shell/text.js';
import type { Errors, Explained } from '../../../gateway/src/shapes/inspect.js';
import { Empty } from './input/empty.js';
import type { Given } from './input/given.js';
import { writeLink, type Link } from './input/deep-link.js';
import type { Members } from './input/request.js';
import type { Shown } from './inspecting.js';
import { SaveButtons } from './saved/save-buttons.js';
import { Structure } from './structure/structure.js';
import { RefusedEvent } from './verdict/refused-event.js';
import { ReportView } from './verdict/report-view.js';
import { verdictInWords } from './verdict/verdict-words.js';

type Heading = Ref<HTMLHeadingElement>;

/** What the page says of the evidence. */
export function Answer({
  shown,
  given,
  link,
  members,
  heading,
}: {
  readonly shown: Shown;
  readonly given: Given;
  readonly link: Link;
  readonly members: Members;
  readonly heading: Heading;
}): JSX.Element {
  if (shown.is === 'nothing')
    return link.code === undefined ? <Empty /> : <FromLink link={link} code={link.code} />;
  if (shown.is === 'asking')
    return (
      <section class="card waiting" aria-busy="true">
        <p class="faint">Inspecting…</p>
      </section>
    );
  if (shown.is === 'failure')
    return <Failure title={shown.title} says={shown.says} remedy="" heading={heading} />;
  if (shown.is === 'saved') {
    const { inspected, savedAt, masked } = shown.file;
    return (
      <>
        <p class="notice warn">
          <strong>A saved report.</strong> This is what the file says
          {savedAt !== '' && <>, saved at {dateTime(Date.parse(savedAt))}</>}. Nothing of it was checked now.
          {masked && ' Identifiers are hidden in it.'}
        </p>
        <ReportView
          inspected={inspected}
          now={Date.parse(savedAt) || Date.now()}
          heading={heading}
          isClaimed
        />
        <Structure parts={inspected.parts} />
      </>
    );
  }
  const { answer, now } = shown;
  if ('event' in answer)
    return <RefusedEvent event={answer.event} kind={answer.kind} at={answer.at} heading={heading} />;
  if ('problem' in answer) {
    const { member, says, remedy } = answer.problem;
    return (
      <>
        <Failure
          title={answer.read === undefined ? 'This cannot be read' : 'Not inspected yet'}
          says={says.startsWith(member) ? `The member ${says}` : says}
          remedy={remedy}
          heading={heading}
          isMild={answer.read !== undefined}
        />
        <Structure parts={answer.parts ?? []} />
      </>
    );
  }
  const { report } = answer;
  const code = report.verdict === 'fail' ? report.code : undefined;
  const evidence = given.bytes === undefined ? { text: given.text } : { base64: given.bytes };
  return (
    <>
      <ReportView inspected={answer} now={now} heading={heading}>
        <SaveButtons
          toSave={{ inspected: answer, evidence, members }}
          link={`/inspect${writeLink({ ...(code !== undefined && { code }), kind: report.kind, at: report.at })}`}
        />
      </ReportView>
      <Structure parts={answer.parts} />
    </>
  );
}

/** What a screen reader says when the answer is there. */
export function announced(shown: Shown): string {
  if (shown.is === 'asking') return 'Inspecting';
  if (shown.is === 'failure') return `${shown.title}. ${shown.says}`;
  if (shown.is === 'saved') return 'A saved report is shown.';
  if (shown.is !== 'answer') return '';
  const { answer } = shown;
  if ('report' in answer) {
    const { says, because } = verdictInWords(answer.report, answer.read.title);
    return `${says}. ${because}`;
  }
  return 'event' in answer ? `The event says: ${answer.event.says}.` : answer.problem.says;
}

function Failure({
  title,
  says,
  remedy,
  heading,
  isMild = false,
}: {
  readonly title: string;
  readonly says: string;
  readonly remedy: string;
  readonly heading: Heading;
  /** Something is missing, and nothing is wrong. */
  readonly isMild?: boolean;
}): JSX.Element {
  return (
    <section class={`notice problem ${isMild ? 'warn' : 'bad'}`} aria-labelledby="verdict">
      <h2 id="verdict" tabIndex={-1} ref={heading}>
        <Text value={title} shown={120} />
      </h2>
      <p>
        <Text value={says} />
      </p>
      {remedy !== '' && (
        <p>
          <Text value={remedy} />
        </p>
      )}
    </section>
  );
}

/** The code of a link, from the catalog. */
function FromLink({ link, code }: { readonly link: Link; readonly code: string }): JSX.Element | null {
  const [found, setFound] = useState<Explained | 'unknown'>();
  useEffect(() => {
    ask<Errors>('/api/errors').then(
      ({ rooms }) =>
        setFound(rooms.flatMap(({ codes }) => codes).find((each) => each.code === code) ?? 'unknown'),
      () => setFound('unknown'),
    );
  }, [code]);
  if (found === undefined) return null;
  if (found === 'unknown')
    return (
      <p class="notice warn">
        The code of this link, {code}, is not in the catalog. Paste the evidence above.
      </p>
    );
  return <RefusedEvent event={found} kind={link.kind} at={link.at} />;
}
