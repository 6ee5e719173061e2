import { CHALLENGE, DIGEST, NOW, PACKAGE, type Description } from '../../key-attestation/support/describe.js';
import { remoteDrafts, ROOT, signAll } from '../../key-attestation/support/forge.js';
import * as appCheck from '../../app-check/support/tokens.js';
import * as play from '../../play-integrity/support/tokens.js';

export const base64 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64');

/** A file with an honest chain, but for what is said, and nothing that it is compared with. */
export function chainFile(description?: Description, drafts = remoteDrafts(description)) {
  return {
    kind: 'key-attestation',
    certificateChain: signAll(drafts).map(base64),
    roots: [base64(ROOT)],
    at: new Date(NOW).toISOString(),
  };
}

/** What the honest chain has in it. */
export const CHAIN_MEMBERS = {
  challenge: base64(CHALLENGE),
  apps: [{ packageName: PACKAGE, signingCertificates: [DIGEST.toString('hex')] }],
  policy: { verifiedBoot: 'required' },
  revocationList: { entries: {} },
};

const AT = new Date(play.NOW).toISOString();

export const EXPECT = {
  packageName: play.PACKAGE,
  nonce: play.NONCE,
  acceptedCertificates: [play.DIGEST.toString('hex')],
};
export const PAYLOAD = { kind: 'play-integrity', payload: play.verdict(), expect: EXPECT, at: AT };
export const TOKEN = {
  kind: 'play-integrity',
  token: play.token(),
  ...play.own.printed,
  expect: EXPECT,
  at: AT,
};

export const APP_CHECK = {
  kind: 'app-check',
  token: appCheck.token(),
  jwks: appCheck.JWKS,
  ...appCheck.PROJECT_OPTIONS,
  at: new Date(appCheck.NOW).toISOString(),
};
