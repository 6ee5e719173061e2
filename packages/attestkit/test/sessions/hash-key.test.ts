import { describe, expect, it } from 'vitest';
import {
  deriveKeys,
  LABELS,
  pseudonym,
  pseudonymKeys,
  readSecrets,
} from '../../src/sessions/tokens/derived-keys.js';
import { memoryStore } from '../../src/stores/memory.js';
import { Backend, Clock, newKey, newSecret, tokensOf } from './support/backend.js';
import { misconfigured } from './support/refusal.js';

const [OLD, NEW, HASH] = [newSecret(), newSecret(), newSecret()];

/** Instances on one store whose sessions are bound to all that they can be bound to. */
function instances() {
  const shared = { store: memoryStore(), clock: new Clock() };
  return (secret: string[], hashKey?: string) =>
    new Backend({
      ...shared,
      secret,
      ...(hashKey !== undefined && { hashKey }),
      sessions: { bind: { ip: true, userAgent: true } },
    });
}

const PHONE = { fields: { 'user-agent': 'phone/1' }, ip: '203.0.113.7' };
const OTHER = { fields: { 'user-agent': 'other/1' }, ip: '203.0.113.7' };
const ELSEWHERE = { fields: { 'user-agent': 'phone/1' }, ip: '198.51.100.7' };

describe('hashKey', () => {
  it('keeps the hashes in events when secrets are rotated', async () => {
    const server = instances();
    const hashes: unknown[] = [];
    for (const secret of [[OLD], [OLD, NEW], [NEW, OLD], [NEW]]) {
      const backend = server(secret, HASH);
      await backend.challenge();
      hashes.push([backend.events.at(-1)?.address, backend.events.at(-1)?.device]);
    }
    expect(hashes).toEqual(hashes.map(() => hashes[0]));
    expect(hashes[0]).toEqual([expect.stringMatching(/^[\w-]{22}$/), expect.stringMatching(/^[\w-]{22}$/)]);
  });

  it('missing lets them change with the first secret', async () => {
    const server = instances();
    const hashes = new Set<unknown>();
    for (const secret of [[OLD], [OLD, NEW], [NEW, OLD]]) {
      const backend = server(secret);
      await backend.challenge();
      hashes.add(backend.events.at(-1)?.address);
    }
    expect(hashes.size).toBe(2);
  });

  it('keeps sessions bound to what they were, through all steps of a rotation', async () => {
    const server = instances();
    let tokens = await server([OLD], HASH).enrolled(newKey(), 'phone-1', PHONE);
    for (const secret of [[OLD], [OLD, NEW], [NEW, OLD], [NEW]]) {
      const backend = server(secret, HASH);
      if (secret.length > 1) {
        expect(await backend.use(tokens.session, PHONE)).toBe('accepted');
        expect(await backend.use(tokens.session, OTHER)).toBe('ERR_SESSION_BINDING_USER_AGENT_MISMATCH');
        expect(await backend.use(tokens.session, ELSEWHERE)).toBe('ERR_SESSION_BINDING_IP_MISMATCH');
        expect((await backend.refresh(tokens.refresh, OTHER)).status).not.toBe(200);
      }
      tokens = tokensOf(await backend.refresh(tokens.refresh, PHONE));
      expect(await backend.use(tokens.session, PHONE)).toBe('accepted');
      expect(await backend.use(tokens.session, OTHER)).toBe('ERR_SESSION_BINDING_USER_AGENT_MISMATCH');
    }
  });

  it('that is new takes the sessions that were bound before, and holds them to what they are bound to', async () => {
    const server = instances();
    const { session, refresh } = await server([OLD]).enrolled(newKey(), 'phone-1', PHONE);
    const backend = server([OLD], HASH);
    expect(await backend.use(session, PHONE)).toBe('accepted');
    expect(await backend.use(session, OTHER)).toBe('ERR_SESSION_BINDING_USER_AGENT_MISMATCH');
    const { session: next } = tokensOf(await backend.refresh(refresh, PHONE));
    expect(await backend.use(next, PHONE)).toBe('accepted');
    expect(await server([OLD]).use(next, PHONE)).toBe('ERR_SESSION_BINDING_IP_MISMATCH');
  });

  it('makes the first key of pseudonyms, before those of the secrets', () => {
    const secrets = readSecrets([OLD, NEW], 'secret');
    const keys = pseudonymKeys(HASH, secrets);
    const own = deriveKeys(readSecrets(HASH, 'hashKey'), LABELS.pseudonym);
    expect(keys.map(({ id }) => id)).toEqual(
      [...own, ...deriveKeys(secrets, LABELS.pseudonym)].map(({ id }) => id),
    );
    expect(pseudonym(keys, 'ip', 'a')).toBe(pseudonym(own, 'ip', 'a'));
  });

  it.each([
    ['is empty', '', 'is empty'],
    ['is short', 'k7J2mQ9x', 'has 8 bytes'],
    ['reads like words', 'hash-key-for-logs-of-the-mobile-api-2025', 'reads like words'],
    ['ends with a line break', `${HASH}\n`, 'white space'],
    ['is no text', 5, 'is not a string'],
    ['is a list', [HASH], 'is not a string'],
  ])('is refused when it %s', (_, hashKey, problem) => {
    const error = misconfigured(() => new Backend({ hashKey: hashKey as string }));
    expect([error.variable, error.message]).toEqual(['hashKey', expect.stringContaining(problem)]);
  });
});
