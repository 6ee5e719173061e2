import { EvidenceError, inspectEvidence } from '../../../src/inspect/index.js';
import { APP_ID, apple, AUDIENCE, Backend, newKey, START, tokensOf } from '../../sessions/support/backend.js';
import { base64 } from './android-files.js';

export const at = new Date(START).toISOString();
export const ID = 'device-7f3a';
export const backend = new Backend();
export const key = newKey();
export const attest = await backend.evidence(key, ID);
export const TOKENS = tokensOf(await backend.post('/attest', attest));
export const assert = await backend.exchange(key, ID);

export const otherChallenge = await backend.challenge(ID);
export const otherExchange = await backend.challenge(ID, 'assert');

export const ATTEST = { appId: APP_ID, roots: [base64(apple.attestationRoot)], at };
export const ASSERT = {
  appId: APP_ID,
  publicKey: base64(key.publicKey),
  previousCounter: 0,
  audience: AUDIENCE,
};

/** The code that the inspector gives, in a report or in what it says of a body that no server reads further. */
export function codeOf(body: object): string | undefined {
  try {
    const report = inspectEvidence(JSON.stringify(body));
    return report.verdict === 'fail' ? report.code : undefined;
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    return /A server refuses it: .* \((ERR_\w+)\)/.exec(error.message)?.[1] ?? error.message;
  }
}
