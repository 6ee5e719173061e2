import type { JSX } from 'preact';
import type { ReadAs } from '../../../../gateway/src/shapes/inspect.js';
import { MemberField } from './member-field.js';
import { keyOf, type Written } from './member-values.js';
import { askedMembers, type Members } from './request.js';

/** Asks for the members that the evidence does not have. */
export function MembersForm({
  read,
  sent,
  written,
  onWrite,
  onSend,
  onForget,
}: {
  readonly read: ReadAs;
  readonly sent: Members;
  readonly written: Written;
  readonly onWrite: (key: string, value: string) => void;
  readonly onSend: () => void;
  readonly onForget: () => void;
}): JSX.Element | null {
  const asked = askedMembers(read, sent);
  const needed = asked.filter(({ give }) => give !== undefined);
  const instead = needed.flatMap(({ or = [] }) => or.map((member) => ({ member, give: undefined })));
  const listed = new Set(needed.map(({ member }) => member));
  const more = [...instead, ...asked.filter(({ give }) => give === undefined)].filter(
    ({ member }) => !listed.has(member) && listed.add(member) !== undefined,
  );
  if (asked.length === 0) return null;
  const field = ({
    member,
    give,
  }: {
    readonly member: string;
    readonly give?: string | undefined;
  }): JSX.Element => {
    const key = keyOf(read.kind, member);
    return (
      <MemberField
        key={key}
        kind={read.kind}
        member={member}
        give={give}
        value={written[key] ?? ''}
        onChange={(value) => onWrite(key, value)}
      />
    );
  };
  return (
    <form
      class="members stack"
      onSubmit={(event) => {
        event.preventDefault();
        // Without a member that cannot be read, the verdict would answer another question than the reader asked.
        const wrong = event.currentTarget.querySelector<HTMLElement>('[aria-invalid]');
        if (wrong === null) return onSend();
        wrong.closest('details')?.setAttribute('open', '');
        wrong.focus();
      }}
    >
      {needed.length > 0 && (
        <fieldset>
          <legend>To verify it, also give</legend>
          <div class="fields">{needed.map(field)}</div>
        </fieldset>
      )}
      {more.length > 0 && (
        <details>
          <summary>
            More members <span class="faint">({more.length}, all optional)</span>
          </summary>
          <div class="fields">{more.map(field)}</div>
        </details>
      )}
      <div class="row">
        <button class="main">Inspect with these</button>
        <button type="button" class="quiet" onClick={onForget}>
          Forget all
        </button>
        <span class="small faint">Kept in this tab until it is closed, and nowhere else.</span>
      </div>
    </form>
  );
}
