import type { JsonObject } from '../../kernel/bytes/json.js';
import { unusable, type EvidenceError } from '../evidence-error.js';
import { sentenceOfReading, type KindName, type Reading } from './reading.js';

/** Members of which one has to be there, and what the first of them is. */
type Need = readonly [members: readonly string[], give: string];

const APP_ID: Need = [['appId'], 'TEAMID1234.com.example.app'];
const PUBLIC_KEY: Need = [['publicKey'], 'the attested key'];
const CHALLENGE: Need = [
  ['challengeText', 'challenge', 'clientDataHash'],
  'the challenge as the server returned it',
];
const LINES: Need = [['clientDataText', 'clientData', 'clientDataHash'], 'the lines that were signed'];

/** What a kind cannot do without. */
const NEEDS: Readonly<Record<KindName, readonly Need[]>> = {
  'approov-token': [[['token'], 'the token']],
  'session-token': [[['token'], 'the token']],
  'app-attest-attestation': [
    [['attestation'], 'what attestKey returned'],
    APP_ID,
    [['keyId'], 'what generateKey returned'],
    CHALLENGE,
  ],
  'app-attest-assertion': [
    [['assertion'], 'what generateAssertion returned'],
    APP_ID,
    PUBLIC_KEY,
    [['previousCounter'], 'the last counter that was accepted, or 0'],
    LINES,
  ],
  'app-attest-receipt': [[['receipt'], 'the receipt'], APP_ID, PUBLIC_KEY],
  'key-attestation': [[['certificateChain'], 'the certificates, that of the key first']],
  'key-attestation-signature': [
    [['signature'], 'the parameter signature'],
    PUBLIC_KEY,
    [['algorithm'], 'that of the key, ecdsa-sha256 for example'],
    LINES,
  ],
  'play-integrity': [
    [['decryptionKey', 'payload'], 'of the Play Console, for a classic token'],
    [['verificationKey', 'payload'], 'of the Play Console too'],
  ],
  'app-check': [
    [['token'], 'the token'],
    [['jwks'], 'what https://firebaseappcheck.googleapis.com/v1/jwks answers'],
    [['projectNumber'], 'a text of digits'],
    [['appIds'], 'a list'],
  ],
};

/** Members of bodies that others of a file are made of. */
const MADE_OF: Readonly<Record<string, string>> = {
  keyId: 'what generateKey returned',
  challenge: 'the challenge as the server returned it',
  audience: 'as server and app are configured: the lines are made with it',
};

const PLAY_PAYLOAD =
  ' For a standard token there are no keys: give payload instead of token, which is what Google decoded.';

/**
 * Why evidence that was recognized cannot be verified yet, and what to add; undefined if nothing is missing.
 *
 * @param file with all that stands beside the evidence
 */
export function missingIn(reading: Reading, file: JsonObject): EvidenceError | undefined {
  const { kind, open = false, instead = {} } = reading;
  const missing = NEEDS[kind].filter(([members]) => members.every((each) => file[each] === undefined));
  if (missing.length === 0) return undefined;
  const names = missing.map(([[first = ''], give]) => {
    const name = instead[first] ?? first;
    return `${name} (${name === first ? give : (MADE_OF[name] ?? give)})`;
  });
  const where = open
    ? 'Add it to the body, beside its own members, or write an evidence file'
    : `Write an evidence file of kind ${kind}, with ${mainMember(kind)} and these members`;
  const remedy = `${where}: see docs/inspect.md.${kind === 'play-integrity' ? PLAY_PAYLOAD : ''}`;
  const problem = `is read as ${sentenceOfReading(reading)}. To verify it, these members are missing: ${listed(names)}`;
  return unusable('evidence', problem, remedy);
}

/** The member with the evidence itself. */
export function mainMember(kind: KindName): string {
  return MAIN[kind];
}

const MAIN: Readonly<Record<KindName, string>> = {
  'approov-token': 'token',
  'session-token': 'token',
  'app-attest-attestation': 'attestation',
  'app-attest-assertion': 'assertion',
  'app-attest-receipt': 'receipt',
  'key-attestation': 'certificateChain',
  'key-attestation-signature': 'signature',
  'play-integrity': 'token',
  'app-check': 'token',
};

/** `a, b and c` */
export function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}
