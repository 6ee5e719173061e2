import { ClientError, MESSAGES, type ClientErrorType, type ClientState } from 'attestkit-client';
import { ApiError } from './wallet';

/** What the user sees when something failed. */
export interface Message {
  readonly title: string;
  readonly text: string;
  readonly offer: Offer;
  /** Milliseconds for which the offer to try again is not there. */
  readonly waitMs: number;
}

/** What the user can do next. */
export type Offer = 'tryAgain' | 'support' | 'nothing';

/** What was asked for: after a lost answer it matters. */
export type Task = 'balance' | 'transfer';

/** One row for each type: the compiler asks for those that are missing. Texts are the client's own, in English. */
const ROWS: Readonly<Record<ClientErrorType, { readonly title: string; readonly offer: Offer }>> = {
  unsupported: { title: 'Device not supported', offer: 'support' },
  offline: { title: 'No connection', offer: 'tryAgain' },
  throttled: { title: 'Please wait a moment', offer: 'tryAgain' },
  refused: { title: 'Device not accepted', offer: 'support' },
  misconfigured: { title: 'Something went wrong', offer: 'support' },
  userActionRequired: { title: 'Your device needs you', offer: 'tryAgain' },
};

export const ERROR_TYPES = Object.keys(ROWS) as readonly ClientErrorType[];

/** What the user sees of an error. */
export function messageOf(error: unknown, task: Task): Message {
  if (error instanceof ApiError) return apiMessage(error.status, task);
  if (!(error instanceof ClientError))
    return { title: ROWS.misconfigured.title, text: 'Please contact support.', offer: 'support', waitMs: 0 };
  const { title, offer } = ROWS[error.type];
  const safe =
    task === 'transfer' && error.type === 'offline'
      ? ' Your transfer may have arrived. Trying again does not send it twice.'
      : '';
  return {
    title,
    text: (error.action ?? MESSAGES[error.type]) + safe,
    offer,
    waitMs: error.retryAfterMs ?? 0,
  };
}

/** These come from the API behind the device check. Your API has its own. */
function apiMessage(status: number, task: Task): Message {
  const nothing = { offer: 'nothing', waitMs: 0 } as const;
  if (status >= 500)
    return { title: 'Service not available', text: 'Please try again.', offer: 'tryAgain', waitMs: 0 };
  if (task === 'transfer' && status === 402)
    return { title: 'Not enough money', text: 'Please choose a smaller amount.', ...nothing };
  return { title: 'Not possible', text: `The service said no (${status}).`, ...nothing };
}

/** What support asks for, line by line. Nothing in it is secret. */
export function supportLines(state: ClientState): readonly (readonly [name: string, value: string])[] {
  const { label, hasKey, isPending, hasSession, hasRefreshToken, pause } = state;
  return [
    ['Device id', label ?? 'not registered'],
    ['Key', yesNo(hasKey)],
    ['Registration under way', yesNo(isPending)],
    ['Session', yesNo(hasSession)],
    ['Can renew the session', yesNo(hasRefreshToken)],
    ['Last problem', pause === undefined ? 'none' : `${pause.type}: ${pause.message}`],
    ['Next try in', pause === undefined ? '–' : `${Math.ceil(pause.leftMs / 1000)} s`],
  ];
}

function yesNo(is: boolean): string {
  return is ? 'yes' : 'no';
}
