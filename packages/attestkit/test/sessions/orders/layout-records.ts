import type { Store } from '../../../src/ports/store.js';
import type { Body } from './subject.js';

/** A session with its refresh tokens. */
export interface Family {
  readonly sid: string;
  readonly generation: number;
  readonly rotated: number;
}

/** `device/L`: a record; or a fence, which is none and has a version. */
export interface Device {
  readonly fence?: true;
  readonly id: string;
  readonly user?: string | undefined;
  readonly key?: { readonly id: string; readonly thumbprint: string } | undefined;
  readonly generation: number;
  readonly blocked: boolean;
  readonly families: readonly Family[];
  readonly ended: Readonly<Record<string, 'blocked' | 'retired'>>;
  readonly spent: readonly string[];
}

/** `key/K`. */
export interface Pointer {
  readonly label: string;
  readonly generation: number;
  readonly retired?: boolean;
  readonly blocked?: boolean;
}

export interface Seen<T> {
  readonly value: T;
  readonly version: string;
}

export async function read<T>(store: Store, key: string): Promise<Seen<T> | undefined> {
  const found = await store.get(key);
  return found && { value: JSON.parse(found.value) as T, version: found.version };
}

export const write = (
  store: Store,
  key: string,
  value: object,
  seen: Seen<unknown> | undefined,
): Promise<boolean> => store.put(key, JSON.stringify(value), seen?.version);

/** A refusal of the layout: an HTTP status. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`refused with ${status}`);
    this.status = status;
  }
}

export function need(holds: boolean, status: number): asserts holds {
  if (!holds) throw new Refusal(status);
}

const pack = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** What nobody forges here: cases have no forgers. */
export function unpack<T>(text: string | undefined): T {
  return JSON.parse(Buffer.from(text ?? '', 'base64url').toString()) as T;
}

export interface RefreshClaim {
  readonly label: string;
  readonly sid: string;
  readonly generation: number;
}

export const refreshToken = (label: string, { sid, generation }: Family): string =>
  pack({ label, sid, generation } satisfies RefreshClaim);

export const challengeFor = (label: string, purpose: string, id: string): string =>
  pack({ label, purpose, id });

export function needChallenge(text: string | undefined, label: string, purpose: string): string {
  const said = unpack<{ label: string; purpose: string }>(text);
  need(text !== undefined && said.label === label && said.purpose === purpose, 400);
  return text;
}

/** With the claims of session tokens of today. */
export function sessionToken(label: string, { id, user, key }: Device, { sid }: Family): string {
  const cnf = key && { jkt: key.thumbprint };
  return `h.${pack({ sid, rid: id, device_id: label, sub: user, cnf })}.s`;
}

/** The parameters of a signed request, of either field. */
export function signedParameters(fields: Body): ReadonlyMap<string, string> {
  const text = fields['x-app-attest'] ?? fields['authorization'] ?? '';
  const pairs = [...text.matchAll(/(\w+)="?([\w-]+)"?/g)].map(([, name = '', value = '']) => [name, value]);
  return new Map(pairs as [string, string][]);
}
