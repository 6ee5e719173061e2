/** Members of which one has to be there, and what the first of them is. */
export type Need = readonly [members: readonly string[], give: string];

/** What people read of a kind of evidence, and what a file of it needs. */
interface KindRow {
  readonly title: string;
  /** The member with the evidence itself. */
  readonly evidence: string;
  readonly needs: readonly Need[];
}

const APP_ID: Need = [['appId'], 'TEAMID1234.com.example.app'];
const PUBLIC_KEY: Need = [['publicKey'], 'the attested key'];
const CHALLENGE: Need = [
  ['challengeText', 'challenge', 'clientDataHash'],
  'the challenge as the server returned it',
];
const LINES: Need = [['clientDataText', 'clientData', 'clientDataHash'], 'the lines that were signed'];

/** The kinds of evidence that can be inspected. `inspect-evidence.ts` has the inspector of each. */
export const KINDS = {
  'approov-token': { title: 'Approov token', evidence: 'token', needs: [[['token'], 'the token']] },
  'approov-message': {
    title: 'Request signed by Approov’s SDK',
    evidence: 'headers',
    needs: [
      [['headers'], 'the header fields as they arrived'],
      [['method'], 'POST, for example'],
      [['url'], 'the whole URL as the app calls it'],
    ],
  },
  'session-token': { title: 'Session token', evidence: 'token', needs: [[['token'], 'the token']] },
  'app-attest-attestation': {
    title: 'App Attest attestation',
    evidence: 'attestation',
    needs: [
      [['attestation'], 'what attestKey returned'],
      APP_ID,
      [['keyId'], 'what generateKey returned'],
      CHALLENGE,
    ],
  },
  'app-attest-assertion': {
    title: 'App Attest assertion',
    evidence: 'assertion',
    needs: [
      [['assertion'], 'what generateAssertion returned'],
      APP_ID,
      PUBLIC_KEY,
      [['previousCounter'], 'the last counter that was accepted, or 0'],
      LINES,
    ],
  },
  'app-attest-receipt': {
    title: 'App Attest receipt',
    evidence: 'receipt',
    needs: [[['receipt'], 'the receipt'], APP_ID, PUBLIC_KEY],
  },
  'key-attestation': {
    title: 'Android key attestation',
    evidence: 'certificateChain',
    needs: [[['certificateChain'], 'the certificates, that of the key first']],
  },
  'key-attestation-signature': {
    title: 'Request signed on Android',
    evidence: 'signature',
    needs: [
      [['signature'], 'the parameter signature'],
      PUBLIC_KEY,
      [['algorithm'], 'that of the key, ecdsa-sha256 for example'],
      LINES,
    ],
  },
  'play-integrity': {
    title: 'Play Integrity verdict',
    evidence: 'token',
    needs: [
      [['decryptionKey', 'payload'], 'of the Play Console, for a classic token'],
      [['verificationKey', 'payload'], 'of the Play Console too'],
    ],
  },
  'app-check': {
    title: 'App Check token',
    evidence: 'token',
    needs: [
      [['token'], 'the token'],
      [['jwks'], 'what https://firebaseappcheck.googleapis.com/v1/jwks answers'],
      [['projectNumber'], 'a text of digits'],
      [['appIds'], 'a list'],
    ],
  },
} as const satisfies Readonly<Record<string, KindRow>>;

/** The name of a kind, as an evidence file says it: `approov-token`. */
export type EvidenceKindName = keyof typeof KINDS;

export const KIND_NAMES = Object.keys(KINDS) as EvidenceKindName[];

/** `Approov token` */
export function titleOf(kind: EvidenceKindName): string {
  return KINDS[kind].title;
}
