// Why this exists: the two header fields with an assertion, made as the phone makes them, with the code that reads them.
import { createHash } from 'node:crypto';
import { readProofText } from '../../readers/proof-field.js';
import { NOW } from '../../run/now.js';
import type { Subject } from '../../subject/subject.js';
import type { Carrier } from './carrier.js';
import { ISSUER } from './claims.js';

const ASKED = {
  audience: ISSUER,
  method: 'POST',
  target: '/v2/transfers?to=bob',
  body: Buffer.from('{"cents":100}'),
};

/** The fields of two phones, with and without a challenge, read as the guard reads them, except for the checks of the store. */
export function signedRequests(subject: Subject): Carrier[] {
  const apple = subject.createVirtualApple({ now: () => NOW });
  const appId = 'TEAMID1234.com.example.app';
  const keys = ['27.0', '18.5'].map((osVersion) => apple.createIPhone({ appId, osVersion }).generateKey());
  const evidence = [1, 1000].map((cache) => subject.appAttest({ appIds: [appId], cache }));
  const challenge = createHash('sha256').update('a challenge').digest('base64url');
  const signed = keys.flatMap((key) =>
    [undefined, challenge].map((each) => key.signRequest({ ...ASKED, ...(each && { challenge: each }) })),
  );
  const enrolled = keys.map((key) => ({
    kind: 'appAttest',
    appId,
    key: {
      id: Buffer.from(key.keyId, 'base64').toString('base64url'),
      thumbprint: '',
      publicKey: Buffer.from(key.publicKey).toString('base64url'),
    },
  }));
  const verifying = (read: 'readAttestCredentials' | 'readProofField', index: number) => (text: string) => {
    const field = subject[read](text, subject.enforcing);
    const known = enrolled.find(({ key }) => key.id === field.keyId);
    if (known === undefined || field.proofParameter !== 'assertion')
      throw new subject.AttestationError(subject.PROOF_CHECKS.keyKnown);
    const clientData = subject.requestBytes({ ...ASKED, challenge: field.challenge });
    return evidence[index]?.proof?.verify(known, clientData, field.proof);
  };
  const fields = [
    ['Authorization: Attest', 'readAttestCredentials', 'authorization', ','],
    ['X-App-Attest', 'readProofField', 'xAppAttest', ';'],
  ] as const;
  return fields.map(([name, read, member, separator]) => {
    const genuine = signed.map((each) => each[member]);
    return {
      name,
      genuine,
      verify: verifying(read, 0),
      remembering: verifying(read, 1),
      inspect: undefined,
      mayBeAccepted: (text) => readProofText(text, separator, genuine),
      fields: [],
      forged: keys.map((key) => key.signRequest({ ...ASKED, body: 'another body' })[member]),
      sign: undefined,
      publicPem: undefined,
    };
  });
}
