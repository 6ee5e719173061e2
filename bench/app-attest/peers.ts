import { hash } from 'node:crypto';
import {
  verifyAssertion as checkAssertion,
  verifyAttestation as checkAttestation,
} from 'appattest-checker-node';
import { verifyAssertion, verifyAttestation } from 'node-app-attest';
import type { AssertionSample, AttestationSample } from './samples.js';
import type { Verifier } from '../tokens/contenders.js';

export const NODE_APP_ATTEST = 'node-app-attest';
const CHECKER = 'appattest-checker-node';

/** The other verifiers on npm, as their documentation has them called. They accept Apple's root alone. */
export const attestationPeers: readonly Verifier<AttestationSample>[] = [
  {
    name: NODE_APP_ATTEST,
    verify: ({ attestation, challenge, keyId, appId, environment }) =>
      verifyAttestation({
        ...splitAppId(appId),
        attestation,
        challenge,
        keyId,
        allowDevelopmentEnvironment: environment === 'development',
      }),
  },
  {
    name: CHECKER,
    verify: ({ attestation, challenge, keyId, appId, environment, now }) =>
      asOf(now, async () => {
        const app = { appId, developmentEnv: environment === 'development' };
        assertVerified(await checkAttestation(app, keyId, Buffer.from(challenge), attestation));
      }),
    together: 1,
  },
];

export const assertionPeers: readonly Verifier<AssertionSample>[] = [
  {
    name: NODE_APP_ATTEST,
    verify: ({ assertion, clientData, pem, appId, previousCounter }) =>
      verifyAssertion({
        ...splitAppId(appId),
        assertion,
        payload: clientData,
        publicKey: pem,
        signCount: previousCounter,
      }),
  },
  {
    name: CHECKER,
    verify: async ({ assertion, clientData, pem, appId }) =>
      assertVerified(await checkAssertion(hash('sha256', clientData, 'buffer'), pem, appId, assertion)),
    together: 1,
  },
];

function splitAppId(appId: string): { teamIdentifier: string; bundleIdentifier: string } {
  const [teamIdentifier = '', ...rest] = appId.split('.');
  return { teamIdentifier, bundleIdentifier: rest.join('.') };
}

function assertVerified(result: object): void {
  if ('verifyError' in result) throw new Error(`${CHECKER} refuses: ${String(result.verifyError)}`);
}

/** It holds certificates to the system's clock, so that clock is set back while it works. Nothing else runs then. */
async function asOf(now: number, run: () => Promise<void>): Promise<void> {
  const Real = globalThis.Date;
  globalThis.Date = new Proxy(Real, {
    construct: (Target, values: []) => (values.length === 0 ? new Target(now) : new Target(...values)),
  });
  try {
    await run();
  } finally {
    globalThis.Date = Real;
  }
}
