import { AttestationError } from '../../kernel/errors.js';
import type { JsonObject } from '../../kernel/bytes/json.js';
import type { Enrolled } from '../../ports/enrollment.js';
import type { AttestedRequest } from '../../ports/request.js';
import { deviceIdOf, sentEvidence, textMember } from '../operations/body-members.js';
import type { AuthenticChallenge } from '../tokens/challenge.js';
import { assertUnspent, consumeChallenge, readChallenge } from '../state/spent-challenges.js';
import { verifySent } from './companion.js';
import type { Context } from '../context.js';
import type { Kept, Place } from '../state/devices.js';
import { Enrolling } from './enrolling.js';
import { bindingOf, type Issued } from '../operations/issue.js';
import type { KeyPointer } from '../state/key-pointer.js';
import { assertWithinLimit } from './limits.js';
import { appraiseDevice } from '../policy.js';
import { STATE_CHECKS } from '../state/state-checks.js';
import { storeKeys } from '../state/store-keys.js';
import { subjectOf } from '../operations/user.js';

/** Of one enrollment: as many as help an operator, and no more than a log can take. */
const MAX_NOTES = 20;
const MAX_NOTE = 100;

/** How often an enrollment is judged anew after another request came first. */
const ATTEMPTS = 8;

/** What is read before a decision. */
interface Opening {
  readonly user: string | undefined;
  readonly place: Place;
  readonly pointer: Kept<KeyPointer> | undefined;
}

/**
 * Enrolls a device: `{"challenge","device_id", …evidence}`. The challenge is authenticated, the evidence verified, the
 * session token signed, the challenge consumed, and the record written last. Evidence that costs a call to another
 * service, or that is used up itself, consumes the challenge right before that, when all else of it holds.
 *
 * @throws AttestationError (rejects with it)
 */
export async function enroll(context: Context, body: JsonObject, request: AttestedRequest): Promise<Issued> {
  const { enrollment: kinds, settings, now } = context;
  const deviceId = deviceIdOf(textMember(body, 'device_id'));
  const challenge = textMember(body, 'challenge');
  const sent = sentEvidence(body, kinds);
  const { evidence } = sent;
  const authentic = readChallenge(context, challenge, { deviceId, purpose: 'attest' });
  const binding = bindingOf(context, request);

  let early: Promise<Opening> | undefined;
  const consumeEarly = (keyId: string | undefined): Promise<Opening> =>
    (early ??= assertWithinLimit(context.limits, 'remote', request).then(() =>
      open(context, request, { deviceId, keyId, spending: authentic }),
    ));
  const enrolled = await verifySent(sent, context.turn, (known) => ({
    challenge,
    deviceId,
    now: now(),
    request,
    consumeChallenge: async () => void (await consumeEarly(known?.key?.id)),
  }));
  appraiseDevice(enrolled, settings.policy, now());

  const keyId = enrolled.key?.id;
  const opening = await (early ?? open(context, request, { deviceId, keyId, spending: undefined }));
  const { user } = opening;
  const candidate = { deviceId, enrolled, user, provesKey: evidence.provesKey === true };
  const enrolling = new Enrolling(context, { body, request, challenge, candidate }, evidence, {
    authentic,
    binding,
    isSpent: early !== undefined,
    notes: notesOf(enrolled),
  });
  let { place, pointer } = opening;
  // Evidence with a key that asks another service itself has spent the challenge before its key was known.
  if (early !== undefined && sent.beside === undefined && keyId !== undefined)
    pointer = await context.devices.pointer(keyId);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    // The claim is our own if the challenge was consumed before.
    assertUnspent(place.marks, authentic);
    const issued = await enrolling.tryOnce(place, pointer);
    if (issued !== undefined) return issued;
    [place, pointer] = await read(context, deviceId, keyId);
  }
  throw new AttestationError(STATE_CHECKS.contention, { retryAfter: 1 });
}

/** All that a decision needs of application and store, at once; and the challenge, if it is consumed this early. */
async function open(
  context: Context,
  request: AttestedRequest,
  {
    deviceId,
    keyId,
    spending,
  }: {
    readonly deviceId: string;
    readonly keyId: string | undefined;
    readonly spending: AuthenticChallenge | undefined;
  },
): Promise<Opening> {
  const user = await subjectOf(context.settings.subject, request);
  const [[place, pointer]] = await Promise.all([
    read(context, deviceId, keyId),
    context.users.assertOpen(user),
    spending && consumeChallenge(context, spending),
  ]);
  return { user, place, pointer };
}

function read(
  { devices }: Context,
  deviceId: string,
  keyId: string | undefined,
): Promise<[place: Place, pointer: Kept<KeyPointer> | undefined]> {
  return Promise.all([
    devices.read(storeKeys.labelDigest(deviceId)),
    keyId === undefined ? undefined : devices.pointer(keyId),
  ]);
}

function notesOf({ notes = [] }: Enrolled): readonly string[] {
  return notes.slice(0, MAX_NOTES).map((note) => note.slice(0, MAX_NOTE));
}
