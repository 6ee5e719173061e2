import { ClientError, type ClientErrorType } from 'attestkit-client';
import { ApiError } from './api.js';

/** What the user reads after a request. */
export interface Message {
  readonly kind: 'good' | 'bad';
  readonly title: string;
  readonly text: string;
}

interface Row {
  readonly title: string;
  readonly text: string;
}

/** One row for each type: the compiler asks for those that are missing. */
const ROWS: Readonly<Record<ClientErrorType, Row>> = {
  unsupported: { title: 'Browser not supported', text: 'Please use another one, or contact support.' },
  offline: { title: 'No connection', text: 'Please check your network and try again.' },
  throttled: { title: 'The service is busy', text: 'Please try again in a moment.' },
  refused: { title: 'Not accepted', text: 'The service does not accept this page. Please contact support.' },
  misconfigured: { title: 'Something went wrong', text: 'Please reload the page, or contact support.' },
  userActionRequired: {
    title: 'Your attention, please',
    text: 'Your browser needs you before you can go on.',
  },
};

export const ERROR_TYPES = Object.keys(ROWS) as readonly ClientErrorType[];

/** What the user sees of an error. The reason is for the log: it does not belong on a page. */
export function messageOf(error: unknown): Message {
  if (error instanceof ApiError) return apiMessage(error.status);
  const { type, action } = error instanceof ClientError ? error : new ClientError('misconfigured', '');
  const { title, text } = ROWS[type];
  return { kind: 'bad', title, text: action ?? text };
}

/** These come from the API behind the check of the token. */
function apiMessage(status: number): Message {
  return status === 401
    ? { kind: 'bad', title: 'Signed out', text: 'Please sign in again.' }
    : { kind: 'bad', title: 'Not possible', text: `The service said no (${status}).` };
}
