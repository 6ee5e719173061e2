import type { EvidenceKindName } from 'attestkit/inspect';
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { titleOf } from '../../../attestkit/src/inspect/kind-table.js';
import { Text } from '../shell/text.js';
import { Answer, announced } from './answer.js';
import { localOf, type AsOf } from './input/as-of.js';
import { readLink } from './input/deep-link.js';
import { EvidenceBox } from './input/evidence-box.js';
import { givenBytes, saysKind, type Given } from './input/given.js';
import { lasting, type Written } from './input/member-values.js';
import { MembersForm } from './input/members-form.js';
import { ReadAsLine } from './input/read-as.js';
import { recall, remember } from './input/remembered.js';
import { useTakeAnywhere } from './input/take-anywhere.js';
import { TimeControl } from './input/time-control.js';
import { useInspecting } from './inspecting.js';
import { MOST_SAVED } from './saved/saved-file.js';

const NOTHING: Given = { text: '', size: 0 };

/** The page on which evidence is inspected. */
export function Inspector(): JSX.Element {
  const [link, setLink] = useState(() => readLink(location.hash));
  const [given, setGiven] = useState(NOTHING);
  const [kind, setKind] = useState<EvidenceKindName | undefined>(link.kind);
  const [asOf, setAsOf] = useState<AsOf>(() => asOfLink(link.at));
  const [written, setWritten] = useState<Written>(() => recall(globalThis.sessionStorage));
  const area = useRef<HTMLTextAreaElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const [turn, setTurn] = useState(0);
  const { shown, read, sent, inspect, reset } = useInspecting(() => setTurn((last) => last + 1));
  useEffect(() => {
    if (turn > 0) heading.current?.focus();
  }, [turn]);
  useEffect(() => {
    const follow = (): void => {
      const next = readLink(location.hash);
      if (next.code === undefined && next.kind === undefined && next.at === undefined) return;
      setLink(next);
      setKind(next.kind);
      setAsOf(asOfLink(next.at));
    };
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  const write = (next: Written): void => {
    setWritten(next);
    remember(globalThis.sessionStorage, next);
  };
  /** Other evidence: what belonged to the one before is gone, but what the link says was for this one. */
  const take = (next: Given): void => {
    const isFirst = given.size === 0;
    const settings = {
      kind: isFirst && !saysKind(next) ? kind : undefined,
      asOf: isFirst ? asOf : ({ of: 'evidence' } as const),
      written: lasting(written),
    };
    setGiven(next);
    setKind(settings.kind);
    setAsOf(settings.asOf);
    write(settings.written);
    inspect(next, settings);
  };
  const open = async (file: File): Promise<void> => {
    if (file.size > MOST_SAVED) return take({ text: '', size: file.size, name: file.name });
    take(givenBytes(new Uint8Array(await file.arrayBuffer()), file.name));
  };
  const again = (changed: { kind?: EvidenceKindName | undefined; asOf?: AsOf } = {}): void =>
    inspect(given, { kind, asOf, written, ...changed });
  const isDragging = useTakeAnywhere(area, take, (file) => void open(file));
  const answer = shown.is === 'answer' ? shown.answer : undefined;
  const report = answer !== undefined && 'report' in answer ? answer.report : undefined;
  return (
    <>
      <h1>Inspector</h1>
      <section class={isDragging ? 'card input dragging' : 'card input'} aria-label="Evidence">
        <EvidenceBox
          given={given}
          isDragging={isDragging}
          area={area}
          onWrite={setGiven}
          onTake={take}
          onFile={(file) => void open(file)}
          onClear={() => {
            setGiven(NOTHING);
            setKind(undefined);
            setAsOf({ of: 'evidence' });
            write(lasting(written));
            reset();
            area.current?.focus();
          }}
        />
        <div class="stack settings">
          <ReadAsLine
            says={report?.readAs ?? (read && titleOf(read.kind))}
            kind={read?.kind}
            chosen={kind}
            onChoose={(next) => {
              setKind(next);
              if (given.size > 0) again({ kind: next });
            }}
          />
          <TimeControl asOf={asOf} onChange={setAsOf} />
          <div>
            <button
              type="button"
              class="main wide-button"
              disabled={shown.is === 'asking'}
              onClick={() => again()}
            >
              {shown.is === 'asking' ? 'Inspecting…' : 'Inspect'}
            </button>
          </div>
        </div>
        {read !== undefined && shown.is !== 'saved' && (
          <MembersForm
            read={read}
            sent={sent}
            written={written}
            onWrite={(key, value) => write({ ...written, [key]: value })}
            onSend={() => again()}
            onForget={() => write({})}
          />
        )}
      </section>
      <p class="hidden" role="status" aria-live="polite">
        <Text value={announced(shown)} shown={400} brief />
      </p>
      <Answer shown={shown} given={given} link={link} members={sent} heading={heading} />
    </>
  );
}

function asOfLink(at: string | undefined): AsOf {
  return at === undefined ? { of: 'evidence' } : { of: 'time', local: localOf(Date.parse(at)) };
}
