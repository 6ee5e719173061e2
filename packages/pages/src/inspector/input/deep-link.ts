import type { EvidenceKindName } from 'attestkit/inspect';
import { KIND_NAMES } from '../../../../attestkit/src/inspect/kind-table.js';

/** What a link to the inspector says. It never has evidence in it. */
export interface Link {
  readonly code?: string;
  readonly kind?: EvidenceKindName;
  /** ISO 8601. */
  readonly at?: string;
}

const CODE = /^ERR_[A-Z0-9_]{1,80}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;

/** Reads what stands behind `#`. Anything else in it is left out. */
export function readLink(hash: string): Link {
  const fields = new URLSearchParams(hash.replace(/^#/, ''));
  const [code = '', name, at = ''] = ['code', 'kind', 'at'].map((field) => fields.get(field) ?? undefined);
  const kind = KIND_NAMES.find((each) => each === name);
  return {
    ...(CODE.test(code) && { code }),
    ...(kind !== undefined && { kind }),
    ...(TIME.test(at) && !Number.isNaN(Date.parse(at)) && { at: new Date(at).toISOString() }),
  };
}

/** `#code=ERR_…&kind=…&at=…` */
export function writeLink({ code, kind, at }: Link): string {
  const fields = Object.entries({ code, kind, at }).filter((field): field is [string, string] =>
    Boolean(field[1]),
  );
  return `#${new URLSearchParams(fields).toString()}`;
}
