import type { RouteOptions } from '../../../src/guard/internal.js';
import type { VirtualKey } from 'attestkit-testing/apple';
import { AUDIENCE, Backend, bearer, newKey, outcome, type Sent } from './backend.js';

export const ALONE: RouteOptions = { signedRequest: { session: 'optional' }, accept: ['signedRequest'] };
export const BESIDE: RouteOptions = { signedRequest: true };

export const PAY = { method: 'POST', target: '/v1/pay?amount=1', body: '{"to":"bob"}' };

/** An enrolled device with a session. */
export async function device(options: ConstructorParameters<typeof Backend>[0] = {}) {
  const backend = new Backend(options);
  const key = newKey();
  const { session } = await backend.enrolled(key);
  const check = async (sent: Sent, route: RouteOptions) => outcome(await backend.check(sent, route));
  const beside = (sent: Sent = PAY, signed: Sent = sent, challenge?: string) => ({
    ...sent,
    fields: { ...bearer(session), 'x-app-attest': sign(key, signed, challenge).xAppAttest, ...sent.fields },
  });
  const alone = (sent: Sent = PAY, signed: Sent = sent, challenge?: string) => ({
    ...sent,
    fields: { authorization: sign(key, signed, challenge).authorization, ...sent.fields },
  });
  return { backend, key, session, check, beside, alone };
}

export function sign(
  key: VirtualKey,
  { method = 'GET', target = '/', body = '' }: Sent,
  challenge?: string,
  audience = AUDIENCE,
) {
  return key.signRequest({ audience, method, target, body, ...(challenge !== undefined && { challenge }) });
}

/** The key's id as it is stored. */
export const keyIdOf = ({ keyId }: Pick<VirtualKey, 'keyId'>): string =>
  Buffer.from(keyId, 'base64').toString('base64url');
