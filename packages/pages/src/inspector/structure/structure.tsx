import type { EvidencePart } from 'attestkit/inspect';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { PartView } from './part-view.js';

const ENCODINGS: Readonly<Record<string, string>> = {
  cbor: 'CBOR',
  der: 'DER',
  jws: 'JWS',
  jwe: 'JWE',
  json: 'JSON',
  bytes: 'bytes',
};

/** The decoded structure of each part of the evidence. */
export function Structure({ parts }: { readonly parts: readonly EvidencePart[] }): JSX.Element | null {
  const shown = parts.filter(({ bytes, root }) => bytes !== '' || root !== undefined);
  const [index, setIndex] = useState(0);
  const part = shown[index] ?? shown[0];
  if (part === undefined) return null;
  return (
    <section class="card" aria-labelledby="structure">
      <h2 id="structure">
        Structure <span class="tag doubt">decoded, not verified</span>
      </h2>
      <p class="faint">
        Every byte as it stands in the evidence. Select a node to see its bytes, or a byte to see its node.
      </p>
      <div class="row choose-part">
        <label for="part">Part</label>
        <select
          id="part"
          value={String(shown.indexOf(part))}
          onChange={(event) => setIndex(Number(event.currentTarget.value))}
        >
          {shown.map(({ name, encoding }, at) => (
            <option value={String(at)}>
              {name.slice(0, 60)} ({ENCODINGS[encoding] ?? 'bytes'})
            </option>
          ))}
        </select>
      </div>
      <PartView key={shown.indexOf(part)} part={part} />
    </section>
  );
}
