import type { ClientErrorType } from './client-error.js';

/** What to show to the user for each type, in English, to copy or to translate. */
export const MESSAGES: Readonly<Record<ClientErrorType, string>> = {
  unsupported: 'This device cannot be verified. Please use another device, or contact support.',
  offline: 'No connection. Please check your network and try again.',
  throttled: 'The service is busy. Please try again in a moment.',
  refused: 'This device was not accepted. Please contact support.',
  misconfigured: 'Something went wrong. Please update the app, or contact support.',
  userActionRequired: 'Your device needs your attention before you can go on.',
};
