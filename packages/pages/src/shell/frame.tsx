import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Signed } from '../../../gateway/src/shapes/access.js';
import { ask, AskError, onSignedOut } from './ask.js';
import { Text } from './text.js';

/** Where the pages are. */
const PAGES = [
  ['/', 'Dashboard'],
  ['/rollout', 'Rollout'],
  ['/decisions', 'Decisions'],
  ['/devices', 'Devices'],
  ['/inspect', 'Inspector'],
  ['/errors', 'Errors'],
] as const;

/** The page around what `children` shows to who has signed in; else it asks to sign in. */
export function Frame({
  children,
}: {
  readonly children: (signed: Signed) => ComponentChildren;
}): JSX.Element {
  const [signed, setSigned] = useState<Signed | 'asking' | 'nobody' | Error>('asking');
  useEffect(() => onSignedOut(() => setSigned('nobody')), []);
  useEffect(() => {
    ask<Signed>('/api/session').then(setSigned, (error: unknown) =>
      setSigned(error instanceof AskError && error.status === 401 ? 'nobody' : (error as Error)),
    );
  }, []);
  // Who has just signed in begins at the title of the page.
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const title = document.querySelector('h1');
    if (turn === 0 || title === null) return;
    title.tabIndex = -1;
    title.focus();
  }, [turn]);
  if (signed === 'nobody')
    return (
      <SignIn
        onSigned={(next) => {
          setSigned(next);
          setTurn(turn + 1);
        }}
      />
    );
  const isKnown = typeof signed === 'object' && !(signed instanceof Error);
  return (
    <>
      <a class="skip" href="#content">
        Skip to the content
      </a>
      <header class="top">
        <span class="name">attestkit</span>
        <Links pages={isKnown && signed.standalone ? PAGES.slice(-2) : PAGES} />
        {isKnown && <Who signed={signed} onOut={() => setSigned('nobody')} />}
      </header>
      <main id="content" tabIndex={-1}>
        {signed instanceof Error ? (
          <p class="notice bad" role="alert">
            {signed.message}
          </p>
        ) : signed === 'asking' ? (
          <p class="faint" role="status">
            Loading…
          </p>
        ) : (
          children(signed as Signed)
        )}
      </main>
    </>
  );
}

function Links({ pages }: { readonly pages: typeof PAGES | readonly (typeof PAGES)[number][] }): JSX.Element {
  return (
    <nav aria-label="Pages">
      {pages.map(([path, name]) => (
        <a href={path} {...(location.pathname === path && { 'aria-current': 'page' as const })}>
          {name}
        </a>
      ))}
    </nav>
  );
}

function Who({ signed, onOut }: { readonly signed: Signed; readonly onOut: () => void }): JSX.Element {
  if (signed.name === undefined) return <span class="who">This machine only</span>;
  return (
    <span class="who">
      <span>
        <Text value={signed.name} shown={40} />, {signed.role === 'operate' ? 'may operate' : 'may read'}, at{' '}
        <Text value={signed.instance} shown={60} />
      </span>
      <button
        type="button"
        class="quiet"
        onClick={() => void ask('/api/session', { method: 'DELETE' }).then(onOut, onOut)}
      >
        Sign out
      </button>
    </span>
  );
}

function SignIn({ onSigned }: { readonly onSigned: (signed: Signed) => void }): JSX.Element {
  const [problem, setProblem] = useState<string>();
  const [isAsking, setAsking] = useState(false);
  useEffect(() => {
    document.title = 'Sign in: attestkit gateway';
  }, []);
  const send = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setAsking(true);
    const token = String(new FormData(event.currentTarget as HTMLFormElement).get('token')).trim();
    try {
      onSigned(await ask<Signed>('/api/session', { body: { token } }));
    } catch (error) {
      setProblem((error as Error).message);
    }
    setAsking(false);
  };
  return (
    <main class="sign-in">
      <form class="card stack" onSubmit={(event) => void send(event)}>
        <h1>Sign in to this gateway</h1>
        <p class="faint">
          With a token of <code>admin.tokens</code> in its configuration, or the one that it printed at its
          first start.
        </p>
        <div>
          <label for="token">Token</label>
          <input
            id="token"
            name="token"
            type="password"
            autocomplete="current-password"
            required
            autofocus
            {...(problem !== undefined && { 'aria-invalid': true, 'aria-describedby': 'problem' })}
          />
        </div>
        {problem !== undefined && (
          <p id="problem" class="notice bad" role="alert">
            {problem}
          </p>
        )}
        <div>
          <button class="main" disabled={isAsking}>
            {isAsking ? 'Signing in…' : 'Sign in'}
          </button>
        </div>
      </form>
    </main>
  );
}
