import { randomBytes } from 'node:crypto';
import { createGuard } from 'attestkit';
import { appAttest } from 'attestkit/app-attest';
import { devices } from 'attestkit/devices';
import { keyAttestation } from 'attestkit/key-attestation';
import { memoryStore } from 'attestkit/stores/memory';
import { deviceEndpoints, protect } from 'attestkit/web';
import type { Transfer } from '../src/wallet';
import { APP, apple, google, IOS_APP_ID } from './phones';

/** `devices.audience`, and the URL that `src/api.ts` takes if no other one is set. */
export const AUDIENCE = 'https://api.example.com';

const { packageName, signingDigests } = APP;
const guard = createGuard({
  devices: devices({
    evidence: [
      appAttest({ appIds: [IOS_APP_ID], roots: [apple.attestationRoot, apple.receiptRoot] }),
      keyAttestation({
        apps: [{ packageName, signingCertificates: signingDigests }],
        roots: google.keyAttestationRoots,
        revocations: 'not-checked',
      }),
    ],
    secret: randomBytes(48).toString('base64'),
    store: memoryStore(),
    audience: AUDIENCE,
    subject: (request) => request.fields('x-login')[0],
  }),
});

/** The transfers of each user. */
const transfers = new Map<string | undefined, Transfer[]>();

function balanceOf(user: string | undefined): Response {
  const sent = (transfers.get(user) ?? []).reduce((sum, { cents }) => sum + cents, 0);
  return Response.json({ cents: 10_000 - sent, currency: 'EUR' });
}

const endpoints = deviceEndpoints(guard, { address: () => '192.0.2.1' });
const readBalance = protect(guard, (_request, { session }) => balanceOf(session?.subject));
const makeTransfer = protect(
  guard,
  async (request, { session }) => {
    const user = session?.subject;
    transfers.set(user, [...(transfers.get(user) ?? []), (await request.json()) as Transfer]);
    return balanceOf(user);
  },
  { signedRequest: true },
);

/** A `fetch` that asks the real server of attestkit, as a function. */
export async function fetch(url: string, init: RequestInit): Promise<Response> {
  const request = new Request(url, init);
  const answer = await endpoints(request);
  if (answer !== undefined) return answer;
  return await (request.method === 'POST' ? makeTransfer(request) : readBalance(request));
}
