import { ClientError } from 'attestkit-client';
import { addressOf } from './addresses.js';
import { Api, type User } from './api.js';
import { appCheckOf, type Exchange } from './app-check.js';
import { ERROR_TYPES, messageOf, type Message } from './messages.js';
import { drawing } from './shapes.js';

/** Firebase's App ID of this page, as the console shows it, and that of another app of the same project. */
const APP_ID = '1:123456789012:web:0a1b2c3d4e5f';
const OTHER_APP_ID = '1:123456789012:web:f5e4d3c2b1a0';

/** The stand-in for Google. Your page does not have this function: Firebase makes the exchange. */
const exchangeOf =
  (appId: string): Exchange =>
  async () => {
    const response = await fetch(`${addressOf('stand-in')}/token?app=${appId}`, { method: 'POST' });
    return await response.json();
  };

const api = new Api(appCheckOf(APP_ID, exchangeOf(APP_ID)));
// Firebase gets a token as soon as an app is there: these are made on first use.
const ofOtherApp = once(() => new Api(appCheckOf(OTHER_APP_ID, exchangeOf(OTHER_APP_ID))));
const tokenless = once(() => new Api(appCheckOf('no-app', () => Promise.reject(new Error('no App Check')))));

/** What a request showed: a message, and shapes if there are some. */
interface Shown {
  readonly message: Message;
  readonly shapes?: readonly string[];
}

const accepted = (...shapes: string[]): Shown => ({
  message: { kind: 'good', title: 'Accepted', text: `The API answered: ${shapes.join(', ')}.` },
  shapes,
});

/** What the buttons do. */
const TRIES: Readonly<Record<string, (user: User) => Promise<Shown>>> = {
  shape: async (user) => accepted(await api.shape(user)),
  six: async (user) => accepted(...(await Promise.all(Array.from({ length: 6 }, () => api.shape(user))))),
  other: async (user) => accepted(await ofOtherApp().shape(user)),
  tokenless: async (user) => accepted(await tokenless().shape(user)),
  async moved(user) {
    const { type, status } = await api.ask('/moved', user);
    // A browser does not show where a redirect leads to.
    if (type !== 'opaqueredirect') throw new Error(`the redirect was followed: ${status}`);
    return {
      message: { kind: 'bad', title: 'Not followed', text: 'The service has moved. Please reload the page.' },
    };
  },
  async broken(user) {
    await api.ask('/broken', user);
    throw new Error('there was an answer');
  },
};

const USER = 'user';
/** The user stays signed in until the tab is closed. */
const storedUser = (): User | undefined => JSON.parse(sessionStorage.getItem(USER) ?? 'null') ?? undefined;
let user = storedUser();

function show(): void {
  element('sign-in').hidden = user !== undefined;
  for (const id of ['home', 'failures']) element(id).hidden = user === undefined;
  element('user').textContent = user?.name ?? '';
}

function enter(next: User | undefined): void {
  user = next;
  if (next === undefined) sessionStorage.removeItem(USER);
  else sessionStorage.setItem(USER, JSON.stringify(next));
  show();
}

let isBusy = false;

/** Runs one piece of work at a time, and shows its outcome. */
async function run(work: () => Promise<Shown | undefined>): Promise<void> {
  if (isBusy) return;
  setBusy(true);
  try {
    write(await work());
  } catch (error) {
    log(error);
    write({ message: messageOf(error) });
  }
  setBusy(false);
  await count().catch(log);
}

/** A button that is `disabled` would lose the focus of the keyboard. */
function setBusy(is: boolean): void {
  isBusy = is;
  for (const button of document.querySelectorAll('button')) button.ariaDisabled = String(is);
}

function write(shown: Shown | undefined): void {
  const result = element('result');
  result.className = shown?.message.kind ?? '';
  if (shown === undefined) return result.replaceChildren();
  const { message, shapes = [] } = shown;
  const drawings = made('div');
  drawings.className = 'shapes';
  drawings.append(...shapes.map(drawing));
  result.replaceChildren(made('h2', message.title), made('p', message.text), drawings);
}

async function count(): Promise<void> {
  const response = await fetch(`${addressOf('stand-in')}/counts`);
  for (const [name, value] of Object.entries(await response.json()))
    element(name).textContent = String(value);
}

/** For you, not for the user. */
function log(error: unknown): void {
  if (error instanceof ClientError) console.warn(error.type, error.message, error.status, error.cause);
  else console.warn(error);
}

function once<T>(make: () => T): () => T {
  let value: T | undefined;
  return () => (value ??= make());
}

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page does not have #${id}`);
  return found;
}

function made(tag: string, text = ''): HTMLElement {
  const own = document.createElement(tag);
  own.textContent = text;
  return own;
}

element('sign-in').addEventListener('submit', (event) => {
  event.preventDefault();
  const name = new FormData(event.target as HTMLFormElement).get('name');
  void run(async () => {
    enter(await api.signIn(String(name).trim()));
    element('shape').focus();
    return undefined;
  });
});
element('sign-out').addEventListener('click', () => {
  enter(undefined);
  write(undefined);
  element('name').focus();
});
for (const button of document.querySelectorAll<HTMLElement>('[data-try]'))
  button.addEventListener('click', () => {
    const attempt = TRIES[button.dataset['try'] ?? ''];
    if (attempt !== undefined && user !== undefined) void run(() => attempt(user as User));
  });
for (const type of ERROR_TYPES) {
  const { title, text } = messageOf(new ClientError(type, 'an example'));
  element('errors').append(made('dt', type), made('dd', `${title}. ${text}`));
}
show();
void count().catch(log);
