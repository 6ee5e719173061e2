import type { EvidenceNode, EvidencePart } from 'attestkit/inspect';
import type { JSX } from 'preact';
import { Text } from '../../shell/text.js';

/** Of one part in a file: what is more is in the JSON. */
const MOST_NODES = 3000;
const MOST_DEPTH = 40;

/** The structure without scripts: opened by the browser itself. */
export function StillStructure({ parts }: { readonly parts: readonly EvidencePart[] }): JSX.Element | null {
  const shown = parts.filter(({ root }) => root !== undefined);
  if (shown.length === 0) return null;
  return (
    <section class="card still" aria-labelledby="structure">
      <h2 id="structure">
        Structure <span class="tag doubt">decoded, not verified</span>
      </h2>
      {shown.map(({ name, root, problem }) => (
        <details>
          <summary>
            <Text value={name} shown={80} />
          </summary>
          {problem !== undefined && (
            <p class="notice warn">
              <Text value={problem} />
            </p>
          )}
          <ul>
            <StillNode node={root as EvidenceNode} left={{ nodes: MOST_NODES }} depth={0} />
          </ul>
        </details>
      ))}
    </section>
  );
}

function StillNode({
  node,
  left,
  depth,
}: {
  readonly node: EvidenceNode;
  readonly left: { nodes: number };
  readonly depth: number;
}): JSX.Element | null {
  if (left.nodes-- <= 0) return null;
  const words = (
    <>
      {node.label !== '' && (
        <strong>
          <Text value={node.label} shown={80} />{' '}
        </strong>
      )}
      <span class="faint">
        {node.offset}+{node.length} <Text value={node.type} shown={60} />
      </span>
      {node.value !== undefined && (
        <code>
          {' '}
          <Text value={node.value} shown={400} />
        </code>
      )}
      {node.meaning !== undefined && (
        <em>
          {' '}
          <Text value={node.meaning} shown={200} />
        </em>
      )}
    </>
  );
  if (node.children.length === 0 || depth >= MOST_DEPTH) return <li>{words}</li>;
  return (
    <li>
      <details open={depth < 2}>
        <summary>{words}</summary>
        <ul>
          {node.children.map((child) => (
            <StillNode node={child} left={left} depth={depth + 1} />
          ))}
        </ul>
      </details>
    </li>
  );
}
