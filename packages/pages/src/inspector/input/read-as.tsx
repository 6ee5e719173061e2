import type { EvidenceKindName } from 'attestkit/inspect';
import type { JSX } from 'preact';
import { KIND_NAMES, titleOf } from '../../../../attestkit/src/inspect/kind-table.js';
import { Text } from '../../shell/text.js';

/** What the evidence was read as, to be corrected. */
export function ReadAsLine({
  says,
  kind,
  chosen,
  onChoose,
}: {
  /** The sentence of the report, or the title of the kind; undefined before anything was read. */
  readonly says: string | undefined;
  readonly kind: EvidenceKindName | undefined;
  readonly chosen: EvidenceKindName | undefined;
  readonly onChoose: (kind: EvidenceKindName | undefined) => void;
}): JSX.Element {
  return (
    <div class="read-as">
      <label for="kind">Read as</label>
      <select
        id="kind"
        value={chosen ?? ''}
        onChange={(event) => onChoose(KIND_NAMES.find((name) => name === event.currentTarget.value))}
      >
        <option value="">
          {kind === undefined ? 'what it is recognized as' : `${titleOf(kind)} (recognized)`}
        </option>
        {KIND_NAMES.map((name) => (
          <option value={name}>{titleOf(name)}</option>
        ))}
      </select>
      {says !== undefined && (
        <p class="small">
          Read as: <Text value={says} shown={300} />
        </p>
      )}
    </div>
  );
}
