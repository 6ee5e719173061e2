import { useContext } from 'preact/hooks';
import type { JSX } from 'preact';
import { Still, Text } from '../../shell/text.js';
import { validityAt, type Link } from './order-chain.js';

/** The same as text: for who does not see the picture, and to copy from. */
export function ChainTable({
  links,
  at,
}: {
  readonly links: readonly Link[];
  readonly at: number;
}): JSX.Element {
  const isStill = useContext(Still);
  return (
    <details open={isStill}>
      <summary>The certificates as a table</summary>
      <div class="wide" tabIndex={0} role="region" aria-label="The certificates as a table">
        <table>
          <thead>
            <tr>
              {[
                'From',
                'Subject',
                'Issuer',
                'Number',
                'Key',
                'Valid',
                'At the time',
                'Signed by',
                'Root',
                'Pin',
              ].map((name) => (
                <th scope="col">{name}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {links.map(({ index, name, certificate, signer }) => (
              <tr key={index}>
                <th scope="row">
                  <Text value={name} shown={60} />
                </th>
                <td>
                  <Text value={certificate.subject} shown={200} />
                </td>
                <td>
                  <Text value={certificate.issuer} shown={200} />
                </td>
                <td class="mono">
                  <Text value={certificate.serialNumber} shown={80} />
                </td>
                <td>
                  <Text value={certificate.key} shown={40} />
                </td>
                <td>
                  <Text value={`${certificate.notBefore} to ${certificate.notAfter}`} shown={80} />
                </td>
                <td>{validityAt(certificate, at)}</td>
                <td>{signer === 'next' ? 'the next' : signer === 'itself' ? 'itself' : 'none of these'}</td>
                <td>
                  {certificate.root === undefined ? (
                    'not a known root'
                  ) : (
                    <Text value={certificate.root} shown={80} />
                  )}
                </td>
                <td class="mono">
                  <Text value={certificate.pin} shown={80} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
