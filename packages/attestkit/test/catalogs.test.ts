import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as appAttest from '../src/app-attest/checks.js';
import * as appCheck from '../src/app-check/checks.js';
import * as approov from '../src/approov/checks.js';
import * as development from '../src/development/checks.js';
import * as endpoints from '../src/endpoints/checks.js';
import * as guard from '../src/guard/checks.js';
import * as keyAttestation from '../src/key-attestation/checks.js';
import * as net from '../src/net/checks.js';
import * as playIntegrity from '../src/play-integrity/checks.js';
import type { CheckDef } from '../src/ports/checks.js';
import * as sessions from '../src/sessions/checks.js';
import * as signedToken from '../src/signed-token/checks.js';
import * as stores from '../src/stores/checks.js';

const ROOMS = {
  appAttest,
  appCheck,
  approov,
  development,
  endpoints,
  guard,
  keyAttestation,
  net,
  playIntegrity,
  sessions,
  signedToken,
  stores,
};

/** Everything in a catalog that has the shape of a check, once. */
function checksIn(value: unknown): CheckDef[] {
  if (typeof value !== 'object' || value === null) return [];
  return 'code' in value && 'says' in value ? [value as CheckDef] : Object.values(value).flatMap(checksIn);
}

/** The entries of the error reference by code, each as one line. */
const DOCUMENTED = new Map(
  readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8')
    .split(/^### (?=ERR_)/m)
    .slice(1)
    .map((entry) => entry.split('\n'))
    .map(([code = '', ...lines]) => [code, lines.map((line) => line.trim()).join(' ')]),
);

describe('the checks of', () => {
  it.each(Object.entries(ROOMS))('%s are the ones of the error reference', (_, room) => {
    const checks = new Set(checksIn({ ...room }));
    expect(checks.size).toBeGreaterThan(0);
    for (const { code, stage, says, name, spec } of checks) {
      const entry = DOCUMENTED.get(code) ?? '';
      // The sentence begins with a capital letter there.
      expect([code, entry.trim().slice(1, says.length + 1)]).toEqual([code, `${says.slice(1)}.`]);
      expect(entry).toContain(` - Stage: \`${stage}\`, status `);
      expect(entry).toContain(` - Check: ${name} (${spec})`);
    }
  });

  it.each(Object.entries(ROOMS))('%s stand there in the order of verification', (_, room) => {
    const lists = Object.values({ ...room }).filter(Array.isArray);
    const codes = checksIn(lists.length > 0 ? lists : { ...room }).map(({ code }) => code);
    expect([...DOCUMENTED.keys()].filter((code) => codes.includes(code))).toEqual(codes);
  });

  it('all rooms are all that the error reference has', () => {
    const codes = checksIn({ ...ROOMS }).map(({ code }) => code);
    expect([...DOCUMENTED.keys()].filter((code) => !codes.includes(code))).toEqual([]);
  });

  it('those whose cause can be any error, the message of which is kept out of logs, are these', () => {
    const marked = checksIn({ ...ROOMS }).filter(({ unexpected }) => unexpected);
    expect([...new Set(marked.map(({ code }) => code))].toSorted()).toEqual([
      'ERR_APPROOV_BINDING_DATA_FAILED',
      'ERR_ENDPOINT_LIMITER_FAILED',
      'ERR_ENROLLMENT_AUTHORIZATION_FAILED',
      'ERR_ENROLLMENT_SUBJECT_FAILED',
      'ERR_GUARD_INTERNAL',
      'ERR_SESSION_SIGNER_FAILED',
      'ERR_STATE_UNREADABLE',
    ]);
  });
});
