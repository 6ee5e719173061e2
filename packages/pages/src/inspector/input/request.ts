import type { EvidenceKindName } from 'attestkit/inspect';
import type { InspectRequest, ReadAs } from '../../../../gateway/src/shapes/inspect.js';
import { sentAt, type AsOf } from './as-of.js';
import type { Given } from './given.js';
import { readMembers, type Written } from './member-values.js';

/** What the reader chose beside the evidence. */
export interface Settings {
  readonly kind: EvidenceKindName | undefined;
  readonly asOf: AsOf;
  readonly written: Written;
}

export type Members = Readonly<Record<string, unknown>>;

/** What is posted. */
export function requestOf(
  given: Given,
  { kind, asOf }: Settings,
  members: Members,
  now: number,
): InspectRequest {
  const at = sentAt(asOf, now);
  return {
    evidence: given.bytes ?? given.text,
    ...(given.bytes !== undefined && { encoding: 'base64' as const }),
    ...(kind !== undefined && { kind }),
    ...(at !== undefined && { at }),
    ...(Object.keys(members).length > 0 && { members }),
  };
}

/** Members that the form asks for: of the kind, and not in the evidence itself. The time has a control of its own. */
export function askedMembers(read: ReadAs, sent: Members): ReadAs['takes'] {
  return read.takes.filter(({ member, given }) => member !== 'at' && (!given || Object.hasOwn(sent, member)));
}

/** The members that were written for what it was read as. */
export function membersFor(read: ReadAs | undefined, sent: Members, written: Written): Members {
  return read === undefined ? {} : readWritten(read, sent, written).members;
}

/** What is wrong with a member that was written, as a sentence; undefined if all can be read. */
export function wrongMember(read: ReadAs, sent: Members, written: Written): string | undefined {
  const [first] = Object.entries(readWritten(read, sent, written).problems);
  return first && `The member ${first[0]} cannot be read. ${first[1]}`;
}

function readWritten(read: ReadAs, sent: Members, written: Written): ReturnType<typeof readMembers> {
  const names = askedMembers(read, sent).flatMap(({ member, or = [] }) => [member, ...or]);
  return readMembers(read.kind, [...new Set(names)], written);
}

/** Whether there is more to send than was sent. */
export function isMore(members: Members, sent: Members): boolean {
  return JSON.stringify(members) !== JSON.stringify(sent);
}
