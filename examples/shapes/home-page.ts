import type { RequestHandler } from 'express';

/** Answers a page for people, which says what the server offers. */
export const homePage: RequestHandler = (request, response) => {
  response.type('html').send(page(`http://127.0.0.1:${request.socket.localPort}`));
};

interface Endpoint {
  readonly path: string;
  readonly needs: string;
  readonly answers: string;
  /** What the line of curl has before the URL. */
  readonly curl?: string;
  /** Instead of the line of curl. */
  readonly command?: string;
  /** Default `GET`. */
  readonly method?: string;
}

const user = "-H 'Authorization: Bearer the-credential-of-a-user'";

const open: readonly Endpoint[] = [
  { path: '/v1/hello', needs: 'nothing', answers: '{"text":"Hello, World!"}' },
  { path: '/v1/shapes', needs: 'nothing', answers: '{"shape":"Circle"}' },
  { path: '/v1/forms', needs: 'Authorization', answers: '{"form":"Cone"}', curl: user },
];

const guarded: readonly Endpoint[] = [
  { path: '/v2/hello', needs: 'nothing', answers: '{"text":"Hello, World!"}' },
  {
    path: '/v2/shapes',
    needs: 'Approov-Token',
    answers: '{"shape":"Square"}',
    curl: '-H "Approov-Token: $TOKEN"',
  },
  {
    path: '/v2/forms',
    needs: 'Approov-Token, Authorization, and the token bound to it',
    answers: '{"form":"Sphere"}',
    curl: `-H "Approov-Token: $BOUND_TOKEN" ${user}`,
  },
];

const signed: readonly Endpoint[] = [
  {
    path: '/v5/shapes',
    needs: 'Approov-Token that names the installation’s key, and the signature of the request by it',
    answers: '{"shape":"Triangle"}',
    command: 'npm run --silent signed -- "v5 shapes, signed" | sh',
  },
  {
    path: '/v5/forms',
    method: 'POST',
    needs: 'the same, with the digest of the body covered',
    answers: '{"form":"Box"}',
    command: 'npm run --silent signed -- "v5 forms, signed body" | sh',
  },
];

const style = `
  :root { color-scheme: light dark; --ink: #1b2330; --quiet: #5b6676; --paper: #fbfaf7; --card: #fff;
    --line: #e2ded5; --one: #d9480f; --two: #0b7285; --three: #5f3dc4; --four: #2b8a3e; }
  @media (prefers-color-scheme: dark) { :root { --ink: #e8e6e1; --quiet: #a3adba; --paper: #14181f; --card: #1c222b;
    --line: #313946; --one: #ff922b; --two: #3bc9db; --three: #b197fc; --four: #69db7c; } }
  * { box-sizing: border-box; }
  body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.6 system-ui, sans-serif; }
  main { max-width: 54rem; margin: 0 auto; padding: 3rem 1.25rem 4rem; }
  header svg { display: block; width: 15rem; max-width: 100%; height: auto; }
  h1 { font-size: 2.4rem; line-height: 1.15; margin: 1.2rem 0 .4rem; letter-spacing: -.02em; }
  h2 { margin: 2.6rem 0 .3rem; font-size: 1.3rem; }
  p { max-width: 42rem; margin: .4rem 0 1rem; }
  .quiet { color: var(--quiet); }
  article { background: var(--card); border: 1px solid var(--line); border-radius: .8rem; margin: .8rem 0;
    padding: .9rem 1.1rem; }
  article > div { display: flex; flex-wrap: wrap; gap: .2rem 1rem; align-items: baseline; }
  article a { font-weight: 650; color: inherit; text-decoration-color: var(--two); text-underline-offset: .2em; }
  code, pre { font: .86rem/1.5 ui-monospace, Menlo, Consolas, monospace; }
  pre { margin: .6rem 0 0; padding: .6rem .8rem; white-space: pre-wrap; overflow-wrap: anywhere; border-radius: .5rem; background: var(--paper);
    border: 1px solid var(--line); }
  table { border-collapse: collapse; }
  td, th { text-align: left; padding: .35rem 1.2rem .35rem 0; border-bottom: 1px solid var(--line); }
`;

const drawing = `
  <svg viewBox="0 0 240 56" role="img" aria-label="A circle, a triangle, a square and a rectangle">
    <circle cx="28" cy="28" r="22" fill="var(--one)"/>
    <path d="M84 6 108 50H60Z" fill="var(--two)"/>
    <rect x="122" y="8" width="40" height="42" rx="2" fill="var(--three)"/>
    <rect x="176" y="16" width="60" height="28" rx="2" fill="var(--four)"/>
  </svg>`;

function page(base: string): string {
  const article = ({ path, needs, answers, curl, command, method = 'GET' }: Endpoint): string => `
    <article>
      <div>${linked(method, path)} <span class="quiet">needs ${needs}</span></div>
      <pre>${command ?? `curl -i ${curl === undefined ? '' : `${curl} `}${base}${path}`}\n<span class="quiet">200 ${answers}</span></pre>
    </article>`;
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Shapes API</title>
  <style>${style}</style>
</head>
<body>
<main>
  <header>${drawing}
    <h1>Shapes API</h1>
    <p>A small API for a mobile app, three times: <b>v1</b> answers anybody, <b>v2</b> only the genuine app, <b>v5</b>
    only the requests that it signs. The app proves itself with an Approov token, which lives for a few minutes and
    which a script cannot make.</p>
  </header>

  <section>
    <h2>v1: open</h2>
    <p class="quiet">Both servers have these, the original and the protected one.</p>${open.map(article).join('')}
  </section>

  <section>
    <h2>v2: for the genuine app</h2>
    <p class="quiet">Only the protected server has these. When it starts, it prints the same lines with fresh
    tokens instead of the variables.</p>${guarded.map(article).join('')}
  </section>

  <section>
    <h2>v5: signed by the app</h2>
    <p class="quiet">Approov’s SDK signs each request with a key that never leaves the phone. A stolen token is worth
    nothing without it. Signatures live for 15 seconds: the command makes one, and <code>sh</code> sends it.</p>${signed.map(article).join('')}
  </section>

  <section>
    <h2>When v2 and v5 refuse</h2>
    <p>The body is <code>{}</code> and says no more: the reason is in the server's log.</p>
    <table>
      <tr><th>The request has</th><th>Answer</th></tr>
      <tr><td>no token, or an empty one</td><td><code>400 {}</code></td></tr>
      <tr><td>a token that is expired, altered, or signed by somebody else</td><td><code>401 {}</code></td></tr>
      <tr><td>no <code>Authorization</code> if the token has to be bound to it</td><td><code>400 {}</code></td></tr>
      <tr><td>a token that is bound to nothing, or to another <code>Authorization</code></td><td><code>401 {}</code></td></tr>
      <tr><td>a genuine token and no signature</td><td><code>400 {}</code></td></tr>
      <tr><td>a signature of another request, of another installation, too old, or without the URL, the token or the body</td><td><code>401 {}</code></td></tr>
    </table>
  </section>
</main>
</body>
</html>
`;
}

/** A browser opens links by GET alone. */
function linked(method: string, path: string): string {
  return method === 'GET' ? `<a href="${path}">GET ${path}</a>` : `<b>${method} ${path}</b>`;
}
