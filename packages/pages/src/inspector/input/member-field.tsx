import type { EvidenceKindName } from 'attestkit/inspect';
import type { JSX } from 'preact';
import { Text } from '../../shell/text.js';
import { fieldOf } from './member-fields.js';
import { readMember } from './member-values.js';

/** One member that can be given beside the evidence. */
export function MemberField({
  kind,
  member,
  give,
  value,
  onChange,
}: {
  readonly kind: EvidenceKindName;
  readonly member: string;
  /** What to give, if it is needed. */
  readonly give: string | undefined;
  readonly value: string;
  readonly onChange: (value: string) => void;
}): JSX.Element {
  const { as, help, placeholder, choices } = fieldOf(kind, member);
  const { problem } = readMember(kind, member, value);
  const id = `member-${member}`;
  const common = {
    id,
    value,
    autocomplete: 'off',
    spellcheck: false,
    'aria-describedby': `${id}-help`,
    ...(problem !== undefined && { 'aria-invalid': true }),
    ...(placeholder !== undefined && { placeholder }),
  } as const;
  const onText = (event: { currentTarget: { value: string } }): void => onChange(event.currentTarget.value);
  const options = as === 'flag' ? ['true', 'false'] : (choices ?? []);
  const rows = member === 'policy' ? 6 : as === 'lines' ? 3 : 2;
  return (
    <div class={`member ${as === 'text' || as === 'number' ? '' : 'long'}`}>
      <label for={id}>
        <Text value={member} shown={60} /> {give !== undefined && <span class="tag reported">needed</span>}
      </label>
      {options.length > 0 ? (
        <select {...common} onChange={onText}>
          <option value="">not given</option>
          {options.map((each) => (
            <option value={each}>{each}</option>
          ))}
        </select>
      ) : as === 'text' || as === 'number' ? (
        <input {...common} {...(as === 'number' && { inputMode: 'numeric' as const })} onInput={onText} />
      ) : (
        <textarea {...common} class="mono" rows={rows} onInput={onText} />
      )}
      <p id={`${id}-help`} class="small faint">
        {give !== undefined && (
          <>
            {/^[A-Z0-9]+\./.test(give) ? 'Such as' : 'Give'} <Text value={give} />.{' '}
          </>
        )}
        {help}
        {problem !== undefined && <span class="wrong"> {problem}</span>}
      </p>
    </div>
  );
}
