import type { RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import { googleAppCheck } from '../../src/net/google/index.js';
import { assertionIn, googleServer, json, refused } from './support/google-server.js';

const PROJECT = '123456789012';

describe('consuming at Firebase', () => {
  it('asks as Firebase documents it', async () => {
    const google = await googleServer(json({}), json({ alreadyConsumed: true }));
    const consumer = googleAppCheck({ ...google.options, project: PROJECT });
    expect(await consumer.consume('a.b.c')).toEqual({ outcome: 'consumed', already: false });
    expect(await consumer.consume('a.b.c')).toEqual({ outcome: 'consumed', already: true });
    expect(google.asked[0]).toMatchObject({
      method: 'POST',
      path: `/v1beta/projects/${PROJECT}:verifyAppCheckToken`,
      headers: { authorization: 'Bearer access-1' },
      body: '{"app_check_token":"a.b.c"}',
    });
    expect(assertionIn(google.grants[0] as never).claims).toMatchObject({
      scope: 'https://www.googleapis.com/auth/firebase',
    });
    expect(google.grants).toHaveLength(1);
  });

  it.each<readonly [string, RequestListener, string]>([
    ['a token of another provider', refused(400), 'invalid'],
    ['a token that is not valid', refused(403), 'invalid'],
    ['a project that is none', refused(404), 'misconfigured'],
    ['a quota that is used up', refused(429), 'throttled'],
    ['an outage', refused(503), 'unavailable'],
    ['false', json({ alreadyConsumed: false }), 'consumed'],
    ['a text', json({ alreadyConsumed: 'false' }), 'unavailable'],
    ['null', json({ alreadyConsumed: null }), 'unavailable'],
    ['no object', json([]), 'unavailable'],
  ])('reads %s', async (_, answer, outcome) => {
    const google = await googleServer(answer);
    const consumer = googleAppCheck({ ...google.options, project: 'example-id' });
    expect(await consumer.consume('t')).toMatchObject({ outcome });
    expect(google.asked).toHaveLength(1);
  });

  it.each(['', 'a/b', 'projects/1', 'Ä', '../x', undefined])('has no project %j', async (project) => {
    const { options } = await googleServer();
    const run = (): unknown => googleAppCheck({ ...options, project: project as string });
    expect(run).toThrow(
      expect.objectContaining({ name: 'ConfigurationError', variable: 'project' }) as Error,
    );
  });
});
