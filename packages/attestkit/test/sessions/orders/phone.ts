import { FakeKey, keylessToken } from './evidence.js';
import { signedLines, type Answer, type Body, type Server } from './subject.js';

/** The platform that a phone is of: how its keys sign, if it has any. */
export type Platform = 'ios' | 'android' | 'keyless';

/** What a client remembers. */
export interface Have {
  readonly platform: Platform;
  readonly label: string;
  readonly user?: string | undefined;
  readonly key?: FakeKey | undefined;
  /** A key that was sent, and of which nobody knows whether it arrived. */
  readonly pending?: FakeKey | undefined;
  readonly refresh?: string | undefined;
}

const PARAMETERS = { ios: 'assertion', android: 'signature', keyless: '' } as const;
const FIELDS = { ios: 'attestation', android: 'certificate_chain', keyless: 'integrity_token' } as const;

/** What a body proves the replaced record with. */
export interface Proof {
  readonly key?: FakeKey | undefined;
  readonly refresh?: string | undefined;
}

export function attestBody(server: Server, have: Have, key: FakeKey | undefined, proof: Proof = {}): Body {
  const { platform, label } = have;
  const challenge = server.challenge(label, 'attest');
  const evidence = key === undefined ? keylessToken(challenge) : key.attest(challenge);
  return {
    challenge,
    device_id: label,
    [FIELDS[platform]]: evidence,
    ...(proof.key !== undefined &&
      key !== undefined && {
        previous_key_id: proof.key.id,
        [`previous_${PARAMETERS[platform]}`]: proof.key.sign(signedLines.replace(label, challenge, key.id)),
      }),
    ...(proof.refresh !== undefined && { refresh_token: proof.refresh }),
  };
}

/** @param counter default: the key's next one */
export function assertBody(server: Server, { platform, label }: Have, key: FakeKey, counter?: number): Body {
  const challenge = server.challenge(label, 'assert');
  return {
    challenge,
    device_id: label,
    key_id: key.id,
    [PARAMETERS[platform]]: key.sign(signedLines.session(label, challenge), counter),
  };
}

export const bearer = (session: string): Body => ({ authorization: `Bearer ${session}` });

/** What a signed request carries: beside a session, or alone. */
export interface Signing {
  readonly session?: string | undefined;
  readonly challenged?: boolean;
  readonly counter?: number;
}

export function signedFields(
  server: Server,
  { platform, label }: Have,
  key: FakeKey,
  { session, challenged = platform === 'android', counter }: Signing = {},
): Body {
  const challenge = challenged ? server.challenge(label, 'request') : undefined;
  const proof = key.sign(signedLines.request(challenge), counter);
  const parts = [
    ['key_id', key.id],
    [PARAMETERS[platform], proof],
    ...(challenge === undefined ? [] : [['challenge', challenge]]),
  ] as const;
  if (session === undefined) {
    const quoted = parts.map(([name, value]) => `${name}="${value}"`);
    return { authorization: `Attest v=1, ${quoted.join(', ')}` };
  }
  const listed = parts.map(([name, value]) => `${name}=${value}`);
  return { ...bearer(session), 'x-app-attest': `v=1; ${listed.join('; ')}` };
}

/** How an episode of the ladder ended, and after which requests. */
export interface Climbed {
  readonly end: 'accepted' | 'refused' | 'misled' | 'tired';
  readonly log: readonly string[];
}

/** Labels and keys that no other phone has. */
let made = 0;
export const newKey = (): FakeKey => new FakeKey(`new ${(made += 1)}`);
const newLabel = (): string => `new-label-${(made += 1)}`;

/**
 * One episode of the ladder by which a client gets a session back, on a server that always answers: at most two attestations, one reset
 * and 12 requests. Where it ends well, what it got has to be good for a request.
 */
export async function climb(server: Server, from: Have): Promise<Climbed> {
  const log: string[] = [];
  let have = from;
  let attestations = 0;
  let isReset = false;
  const say = (verb: string, answer: Answer): Answer => {
    log.push(`${verb} ${answer.status}${answer.code === undefined ? '' : ` ${answer.code}`}`);
    return answer;
  };
  const use = async ({ session = '' }: Answer, { key }: Have): Promise<Climbed> => {
    const checked = say('session', await server.request('session', bearer(session)));
    const signed =
      key === undefined
        ? checked
        : say('signed', await server.request('signed', signedFields(server, have, key, { session })));
    const isGood = checked.status === 200 && signed.status === 200;
    return { end: isGood ? 'accepted' : 'misled', log };
  };
  /** What attest sends next; undefined where another call comes first. */
  let proof: Proof | undefined;
  while (log.length < 12) {
    let answer: Answer;
    const { refresh, platform, user, label } = have;
    const tried = have.pending ?? have.key;
    if (refresh !== undefined && proof === undefined) {
      answer = say('refresh', await server.refresh({ refresh_token: refresh }, user));
      if (answer.status === 200) return use(answer, have);
      if (answer.status === 401) {
        have = { ...have, refresh: undefined };
        if (platform === 'keyless') proof = { refresh };
      }
    } else if (tried !== undefined && proof === undefined) {
      answer = say('assert', await server.assert(assertBody(server, have, tried), user));
      if (answer.status === 200) return use(answer, { ...have, key: tried });
      if (answer.status === 401) proof = { key: have.key ?? have.pending };
    } else {
      attestations += 1;
      if (attestations > 2) return { end: 'tired', log };
      const key = platform === 'keyless' ? undefined : newKey();
      answer = say('attest', await server.attest(attestBody(server, have, key, proof), user));
      if (answer.status === 200) return use(answer, { ...have, key });
    }
    if (answer.status === 403) return { end: 'refused', log };
    if (answer.status === 409) {
      if (isReset) return { end: 'refused', log };
      isReset = true;
      have = { platform, user, label: newLabel() };
      proof = undefined;
    }
    if (answer.status === 404 || answer.status === 500) throw new Error(`${label}: ${log.join(', ')}`);
  }
  return { end: 'tired', log };
}
