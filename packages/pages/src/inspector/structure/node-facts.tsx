import type { EvidenceNode, EvidencePart } from 'attestkit/inspect';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { whole } from '../../shell/format.js';
import { Text } from '../../shell/text.js';
import { copied, type CopyForm } from './node-value.js';
import { copyHere } from './page-clipboard.js';

const FORMS: readonly (readonly [CopyForm, string])[] = [
  ['text', 'Text'],
  ['hex', 'Hex'],
  ['base64', 'Base64'],
];

/** The selected node in full, with its value to copy. */
export function NodeFacts({
  path,
  node,
  bytes,
  encoding,
}: {
  readonly path: string;
  readonly node: EvidenceNode;
  readonly bytes: Uint8Array;
  readonly encoding: EvidencePart['encoding'];
}): JSX.Element {
  const [said, setSaid] = useState('');
  const copy = async (form: CopyForm, name: string): Promise<void> => {
    const isCopied = await copyHere(copied(form, bytes, node, encoding));
    setSaid(isCopied ? `${name} copied` : 'The browser did not allow it: select the value and copy it.');
  };
  return (
    <div class="facts">
      <dl>
        <div>
          <dt>Selected</dt>
          <dd>
            <Text value={path} shown={200} />
          </dd>
        </div>
        <div>
          <dt>Type</dt>
          <dd>
            <Text value={node.type} shown={80} />
          </dd>
        </div>
        <div>
          <dt>Place</dt>
          <dd>
            {whole(node.offset)} to {whole(node.offset + node.length)}: {whole(node.length)} bytes,{' '}
            {whole(node.header)} of them header
          </dd>
        </div>
        {node.value !== undefined && (
          <div>
            <dt>Value</dt>
            <dd class="mono">
              <Text value={node.value} />
            </dd>
          </div>
        )}
        {node.meaning !== undefined && (
          <div>
            <dt>Meaning</dt>
            <dd>
              <Text value={node.meaning} />
            </dd>
          </div>
        )}
      </dl>
      <div class="row" role="group" aria-label="Copy the value">
        <span class="small faint">Copy the value as</span>
        {FORMS.map(([form, name]) => (
          <button type="button" class="small-button" onClick={() => void copy(form, name)}>
            {name}
          </button>
        ))}
        <span class="small" role="status">
          {said}
        </span>
      </div>
    </div>
  );
}
