import type { DeviceChange } from '../../../../gateway/src/shapes/devices.js';

/** What a change is called, and what it does, before and after. */
export interface ChangeWords {
  /** On the button. */
  readonly button: string;
  readonly title: string;
  /** What happens, a paragraph each. */
  readonly effects: readonly string[];
  readonly done: string;
  readonly nothing: string;
  /** Whether it takes something from a user that is not given back. */
  readonly isFinal: boolean;
}

const AGAIN =
  'The phone can enroll again under a new label with a new key: to keep a person out, block the user as well.';
const BLOCKED = 'there was nothing to change: it is blocked already, or is not known any more.';
const UNBLOCKED = 'there was nothing to change: it is not blocked.';

const BLOCK: Readonly<Record<'record' | 'key' | 'user', readonly string[]>> = {
  record: [
    'Its sessions end, its signed requests are refused, and its label and its key cannot enroll. This takes a few seconds on all instances.',
    AGAIN,
  ],
  key: ['The record with this key is blocked, and the key cannot enroll later, under any label.', AGAIN],
  user: [
    'No device of this user gets a session, whatever its label and its key.',
    'Session tokens that were issued already work until they expire: to end those of this device, block the record too.',
  ],
};

const SUBJECT = { record: 'the record', key: 'the key', user: 'the user' } as const;

/**
 * The words for a change.
 *
 * @example wordsOf({ action: 'block', recordId: 'r', what: 'user' }).title // 'Block the user?'
 */
export function wordsOf(change: DeviceChange): ChangeWords {
  switch (change.action) {
    case 'block':
      return {
        button: `Block ${SUBJECT[change.what]}`,
        title: `Block ${SUBJECT[change.what]}?`,
        effects: [...BLOCK[change.what], 'You can unblock it later. Sessions that have ended stay ended.'],
        done: `Blocked ${SUBJECT[change.what]}.`,
        nothing: `Block: ${BLOCKED}`,
        isFinal: false,
      };
    case 'unblock':
      return {
        button: `Unblock ${SUBJECT[change.what]}`,
        title: `Unblock ${SUBJECT[change.what]}?`,
        effects: [
          'It can enroll and get sessions again. Sessions that have ended stay ended.',
          'An app that was refused goes on after its pause, not at once.',
        ],
        done: `Unblocked ${SUBJECT[change.what]}.`,
        nothing: `Unblock: ${UNBLOCKED}`,
        isFinal: false,
      };
    case 'end':
      return change.sessionId === undefined
        ? {
            button: 'End all sessions',
            title: 'End all sessions of this device?',
            effects: ['Its session tokens are refused within a few seconds.', NEXT],
            done: 'Ended all sessions of the device.',
            nothing: 'End: there was nothing to change, because the device does not have a session.',
            isFinal: false,
          }
        : {
            button: 'End session',
            title: 'End this session?',
            effects: ['Its session token is refused within a few seconds. Other sessions go on.', NEXT],
            done: 'Ended the session.',
            nothing: 'End: there was nothing to change, because the session had ended already.',
            isFinal: false,
          };
    case 'forget':
      return {
        button: 'Forget the device',
        title: 'Forget this device?',
        effects: [
          'Its record is deleted with its evidence and its facts, and its sessions end. This cannot be undone.',
          'Its label is free again. Its key is retired, and never enrolls again: the app has to make a new one.',
          'Blocks of its record go with it. To keep a person out, block the user first.',
        ],
        done: 'The device is forgotten.',
        nothing: 'Forget: there was nothing to change, because the device is not known any more.',
        isFinal: true,
      };
  }
}

const NEXT = 'The app gets a new session by proving its key again, most often without its user noticing.';
