import type { EvidenceKindName } from 'attestkit/inspect';
import { fieldOf } from './member-fields.js';

/** What was written into the form, by member. */
export type Written = Readonly<Record<string, string>>;

/** Belong to one piece of evidence: the next one does not get them. */
const OF_ONE = [
  'challengeText',
  'challenge',
  'clientDataText',
  'clientData',
  'clientDataHash',
  'bodyText',
  'body',
  'keyId',
  'publicKey',
  'previousCounter',
  'binding',
  'method',
  'url',
  'headers',
  'leafCertificate',
  'payload',
  'token',
  'attestation',
  'assertion',
  'receipt',
  'expect',
];

/** What stays for other evidence: apps, keys, policies. */
export function lasting(written: Written): Written {
  return Object.fromEntries(Object.entries(written).filter(([name]) => !OF_ONE.includes(nameOf(name))));
}

/** Members whose meaning depends on the kind are remembered for it alone. */
const BY_KIND = ['policy', 'environment', 'publicKey', 'algorithm', 'jwks', 'roots', 'issuer', 'audience'];

/** What a member of a kind is remembered by. */
export function keyOf(kind: EvidenceKindName, member: string): string {
  return BY_KIND.includes(member) ? `${kind}:${member}` : member;
}

function nameOf(key: string): string {
  return key.slice(key.indexOf(':') + 1);
}

/** The value of a member, or what is wrong with its text; neither if it is empty. */
export function readMember(
  kind: EvidenceKindName,
  member: string,
  text: string,
): { readonly value?: unknown; readonly problem?: string } {
  if (text.trim() === '') return {};
  const { as } = fieldOf(kind, member);
  if (as === 'number') {
    const value = Number(text);
    return Number.isFinite(value) ? { value } : { problem: 'This is not a number.' };
  }
  if (as === 'flag') return { value: text === 'true' };
  if (as === 'json' || (as === 'text or json' && /^\s*[[{]/.test(text))) return readJson(text);
  return { value: as === 'lines' ? text : text.trim() };
}

function readJson(text: string): { readonly value?: unknown; readonly problem?: string } {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    const where = /position (\d+)/.exec((error as Error).message)?.[1];
    const line = where === undefined ? undefined : text.slice(0, Number(where)).split('\n').length;
    return {
      problem: `This is not JSON${line === undefined ? '' : `: look at line ${line}`}. Names and texts stand in double quotes, and no comma ends a list.`,
    };
  }
}

/** The members that were written and that the kind takes; `problems` are of those that cannot be read. */
export function readMembers(
  kind: EvidenceKindName,
  members: readonly string[],
  written: Written,
): {
  readonly members: Readonly<Record<string, unknown>>;
  readonly problems: Readonly<Record<string, string>>;
} {
  const all = members.map(
    (member) => [member, readMember(kind, member, written[keyOf(kind, member)] ?? '')] as const,
  );
  return {
    members: Object.fromEntries(
      all.flatMap(([name, { value }]) => (value === undefined ? [] : [[name, value]])),
    ),
    problems: Object.fromEntries(
      all.flatMap(([name, { problem }]) => (problem === undefined ? [] : [[name, problem]])),
    ),
  };
}
