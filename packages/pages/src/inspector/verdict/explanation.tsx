import { useContext } from 'preact/hooks';
import type { JSX } from 'preact';
import { Still, Text } from '../../shell/text.js';
import { remedySteps } from '../errors/filter-codes.js';
import { Sentences } from './sentences.js';
import { SpecificationLinks } from './specification-links.js';

/** Why a check usually fails, what to do, and where to read about it. */
export function Explanation({
  code,
  cause,
  remedy,
  spec,
}: {
  /** Undefined if it stands above. */
  readonly code: string | undefined;
  readonly cause: string | undefined;
  readonly remedy: string | undefined;
  readonly spec: string;
}): JSX.Element {
  const isStill = useContext(Still);
  return (
    <dl class="explanation">
      {cause !== undefined && cause !== '' && (
        <>
          <dt>Usual cause</dt>
          <dd>
            <Sentences text={cause} />
          </dd>
        </>
      )}
      {remedy !== undefined && remedy !== '' && (
        <>
          <dt>What to do</dt>
          <dd>
            {remedySteps(remedy).map(({ who, what }) => (
              <p>
                {who !== undefined && <strong>{who}: </strong>}
                <Sentences text={what} />
              </p>
            ))}
          </dd>
        </>
      )}
      <dt>Specification</dt>
      <dd>
        <SpecificationLinks spec={spec} />
      </dd>
      {code !== undefined && <dt>Code</dt>}
      {code !== undefined && (
        <dd>
          {isStill || !/^ERR_[A-Z0-9_]+$/.test(code) ? (
            <code>
              <Text value={code} />
            </code>
          ) : (
            <a class="mono" href={`/errors#${code}`}>
              {code}
            </a>
          )}
        </dd>
      )}
    </dl>
  );
}
