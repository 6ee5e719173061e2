import { hostname } from 'node:os';
import type { Signed } from '../../shapes/access.js';
import type { Access } from '../access/access.js';
import type { User } from '../access/user.js';
import { jsonAnswer } from '../answer.js';
import { packageVersion } from '../metrics/process.js';
import { readGiven, textOf } from './body.js';
import type { Endpoints } from './call.js';

/** Which process answers. */
export interface Instance {
  readonly standalone: boolean;
  readonly startedAt: number;
  /** With the configuration in use. */
  readonly hasDevices: () => boolean;
}

/** Makes what tells a user about the process. */
function signedOf({ standalone, startedAt, hasDevices }: Instance): (user: User) => Signed {
  const instance = `${hostname()} (${process.pid})`;
  const version = packageVersion();
  return ({ name, role }) => ({
    name,
    role,
    standalone,
    instance,
    version,
    startedAt,
    hasDevices: hasDevices(),
  });
}

/** Sign-in and sign-out. */
export function sessionEndpoints(access: Access, instance: Instance): Endpoints {
  const signed = signedOf(instance);
  return {
    'GET /api/session': { needs: 'read', answer: ({ user }) => jsonAnswer(200, signed(user)) },
    'POST /api/session': {
      needs: 'nobody',
      async answer({ req }) {
        const token = textOf(await readGiven(req, ['token']), 'token');
        const { user, cookie } = access.signIn(req, token);
        return jsonAnswer(200, signed(user), { 'set-cookie': cookie });
      },
    },
    'DELETE /api/session': {
      needs: 'nobody',
      answer: ({ req }) => ({
        status: 204,
        headers: { 'set-cookie': access.signOut(req), 'cache-control': 'no-store' },
      }),
    },
  };
}

/** Of an inspector alone, which has no sign-in. */
export function standaloneSession(instance: Instance): Endpoints {
  const signed = signedOf(instance);
  return { 'GET /api/session': { needs: 'nobody', answer: ({ user }) => jsonAnswer(200, signed(user)) } };
}
