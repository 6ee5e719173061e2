import { identityLines, type Identity } from '../identity/identity.js';
import type { Head } from './head.js';
import { withoutAdminCookies } from '../http/admin-cookie.js';
import { knownName } from '../http/names.js';

/** What the gateway says to the upstream about a request, besides what the client said. */
export interface Told {
  readonly identity: Identity;
  /** The result token, if there is a key for it. */
  readonly token: string | undefined;
  readonly requestId: string;
  /** The client's address, by the configured trust. */
  readonly address: string;
  readonly scheme: 'http' | 'https';
  /** `Host` for the upstream. */
  readonly authority: string;
}

/** Whether a line carries evidence that ends here. */
export type IsEvidence = (name: string, value: string) => boolean;

/**
 * The header lines for the upstream: names and values in turn, as the client sent them, in its order. What the client nominated goes first,
 * so that nothing that is said here can be taken away.
 */
export function outgoingLines(
  raw: readonly string[],
  head: Head,
  isEvidence: IsEvidence,
  told: Told,
): string[] {
  const lines = ['Host', told.authority];
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at] as string;
    const value = raw[at + 1] as string;
    const { lower, isPassedOn } = knownName(name);
    if (!isPassedOn || head.nominated.has(lower) || isEvidence(lower, value)) continue;
    const passed = lower === 'cookie' ? withoutAdminCookies(value) : value;
    if (passed !== '' || passed === value) lines.push(name, passed);
  }
  lines.push(
    'X-Forwarded-For',
    told.address,
    'X-Forwarded-Proto',
    told.scheme,
    'X-Forwarded-Host',
    head.authority,
  );
  lines.push('X-Request-Id', told.requestId, ...identityLines(told.identity));
  if (told.token !== undefined) lines.push('X-Attest-Token', told.token);
  return lines;
}

/** For caches: `private`, if the answer has no `Cache-Control`, and the fields of evidence that the answer depends on. */
export interface AnswerCaching {
  readonly cacheControl: string;
  readonly vary: readonly string[];
}

/** The header lines for the client. */
export function answerLines(
  raw: readonly (string | Buffer)[],
  requestId: string,
  caching: AnswerCaching | undefined,
): string[] {
  const lines: string[] = [];
  const texts = raw.map(text);
  const nominated = nominatedBy(texts);
  let saysCaching = false;
  for (let at = 0; at < texts.length; at += 2) {
    const name = texts[at] as string;
    const { lower, isAnswered } = knownName(name);
    if (!isAnswered || nominated.has(lower) || lower === 'x-request-id') continue;
    if (lower === 'cache-control') saysCaching = true;
    lines.push(name, texts[at + 1] as string);
  }
  lines.push('X-Request-Id', requestId);
  if (caching === undefined) return lines;
  if (!saysCaching) lines.push('Cache-Control', caching.cacheControl);
  if (caching.vary.length > 0) lines.push('Vary', caching.vary.join(', '));
  return lines;
}

function nominatedBy(lines: readonly string[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (let at = 0; at < lines.length; at += 2)
    if (knownName(lines[at] as string).lower === 'connection')
      for (const name of (lines[at + 1] as string).split(',')) names.add(name.trim().toLowerCase());
  return names;
}

function text(part: string | Buffer): string {
  return typeof part === 'string' ? part : part.toString('latin1');
}
