import { Installation } from './installation.js';
import type { Served, Told } from './served.js';

type Scene = (phone: Installation, served: Served) => Promise<Told>;

const bearing = ({ session }: Installation): Record<string, string> => ({
  authorization: `Bearer ${session}`,
});

/** How each refusal of a route comes about, by what the client needs and the code. */
export const ROUTE_SCENES: Readonly<Record<string, Scene>> = {
  'session ERR_SESSION_MISSING': (_phone, served) => served.send('GET', '/balance'),
  'session ERR_SESSION_EXPIRED': (phone, served) => {
    served.time += 1_801_000;
    return served.send('GET', '/balance', { headers: bearing(phone) });
  },
  'session ERR_SESSION_ENDED': async (phone, served) => {
    await served.send('POST', '/device/revoke', { body: { token: phone.refreshToken } });
    return served.send('GET', '/balance', { headers: bearing(phone) });
  },
  'signature ERR_ASSERTION_MISSING': (phone, served) =>
    served.send('POST', '/transfers', { headers: bearing(phone) }),
  'signature ERR_ASSERTION_KEY_MISMATCH': async (phone, served) => {
    const other = await Installation.enrolled(served);
    const headers = { ...other.signed('POST', '/transfers'), ...bearing(phone) };
    return served.send('POST', '/transfers', { headers });
  },
  'signature ERR_APP_ATTEST_ASSERTION_SIGNATURE_INVALID': (phone, served) =>
    served.send('POST', '/transfers', { headers: phone.signed('POST', '/transfers'), body: { amount: 1 } }),
  'signature ERR_ASSERTION_COUNTER_REUSED': async (phone, served) => {
    const headers = phone.signed('POST', '/transfers');
    await served.send('POST', '/transfers', { headers });
    return served.send('POST', '/transfers', { headers });
  },
  'challenge ERR_ASSERTION_CHALLENGE_MISSING': (phone, served) =>
    served.send('POST', '/limits', { headers: phone.signed('POST', '/limits') }),
  'challenge ERR_CHALLENGE_REUSED': async (phone, served) => {
    const challenge = await phone.challenge('request');
    await served.send('POST', '/limits', { headers: phone.signed('POST', '/limits', challenge) });
    return served.send('POST', '/limits', { headers: phone.signed('POST', '/limits', challenge) });
  },
  'token ERR_APPROOV_TOKEN_MISSING': (_phone, served) => served.send('GET', '/shapes'),
  'token ERR_APP_CHECK_TOKEN_MISSING': (_phone, served) => served.send('GET', '/orders'),
  ' ERR_SESSION_DEVICE_BLOCKED': async (phone, served) => {
    await served.guard.devices.block({ recordId: await phone.recordId() });
    return served.send('GET', '/balance', { headers: bearing(phone) });
  },
  ' ERR_GUARD_BODY_TOO_LARGE': (phone, served) =>
    served.send('POST', '/transfers', {
      headers: phone.signed('POST', '/transfers'),
      body: ' '.repeat(1_048_577),
    }),
  ' ERR_STORE_UNAVAILABLE': (phone, served) => {
    served.isStoreDown = true;
    return served.send('GET', '/balance', { headers: bearing(phone) });
  },
};
