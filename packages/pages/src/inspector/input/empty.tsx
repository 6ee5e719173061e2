import type { JSX } from 'preact';

const TAKES: readonly (readonly [what: string, how: string])[] = [
  [
    'A token',
    'Approov, App Check, Play Integrity or session token: alone, with Bearer, or with the name of its header.',
  ],
  [
    'An App Attest object',
    'attestation, assertion or receipt: base64, base64url, hexadecimal or the file itself.',
  ],
  ['A certificate chain', 'PEM, DER, base64 by line or a JSON list, also with the root first.'],
  ['A Play Integrity verdict', 'the answer of decodeIntegrityToken, wrapped in any way.'],
  ['A request', 'the body of attest or assert, or the header fields of a signed message.'],
  ['An evidence file, an event, or a saved report', 'as JSON.'],
];

/** What the page takes, before anything was given. */
export function Empty(): JSX.Element {
  return (
    <section class="card" aria-labelledby="takes">
      <h2 id="takes">What it takes</h2>
      <dl class="takes">
        {TAKES.map(([what, how]) => (
          <div>
            <dt>{what}</dt>
            <dd>{how}</dd>
          </div>
        ))}
      </dl>
      <p class="small faint">
        Every check of the verifier is made, the first that fails is explained, and every byte can be looked
        at. Nothing leaves this server.
      </p>
    </section>
  );
}
