import type { EvidencePart } from 'attestkit/inspect';
import type { JSX } from 'preact';
import { ChainTable } from './chain-table.js';
import { isGivenBackwards, orderChains, type Link } from './order-chain.js';
import { ChainCard } from './chain-card.js';
import { timeScale, type TimeScale } from './time-scale.js';

/** The certificates as a picture: who signed whom, and when each is valid. */
export function Chains({
  parts,
  at,
  now,
}: {
  readonly parts: readonly EvidencePart[];
  readonly at: number;
  readonly now: number;
}): JSX.Element | null {
  const chains = orderChains(parts);
  if (chains.length === 0) return null;
  const links = chains.flat();
  const times = links.flatMap(({ certificate }) =>
    [certificate.notBefore, certificate.notAfter].map(Date.parse),
  );
  const scale = timeScale(at, [...times, now]);
  return (
    <section class="card" aria-labelledby="chain">
      <h2 id="chain">Certificates</h2>
      <p class="faint">
        From the leaf, which certifies the key, to the root. Each is signed by the one below it. The bars show
        when each is valid: close to the time of the inspection the line shows days, far from it years.
      </p>
      {chains.some(isGivenBackwards) && (
        <p class="notice warn">The root was given first. Servers expect the leaf first.</p>
      )}
      {chains.length > 1 && (
        <p class="notice warn">
          These are {chains.length} chains: no certificate signs the last one of each but the last.
        </p>
      )}
      {chains.map((chain, index) => (
        <Chain key={index} chain={chain} scale={scale} at={at} now={now} />
      ))}
      <ChainTable links={links} at={at} />
    </section>
  );
}

function Chain({
  chain,
  scale,
  at,
  now,
}: {
  readonly chain: readonly Link[];
  readonly scale: TimeScale;
  readonly at: number;
  readonly now: number;
}): JSX.Element {
  const isNow = Math.abs(scale.place(at) - scale.place(now)) < 0.02;
  return (
    <div class="chain">
      <div class="axis" aria-hidden="true">
        {scale.ticks.map((tick) => (
          <span
            class={`tick ${/month|10/.test(tick.words) ? '' : 'minor'}`}
            style={{ left: `${scale.place(tick.at) * 100}%` }}
          >
            {tick.words}
          </span>
        ))}
        <span class="tick asof" style={{ left: `${scale.place(at) * 100}%` }}>
          {isNow ? 'as of, now' : 'as of'}
        </span>
        {!isNow && (
          <span class="tick now" style={{ left: `${scale.place(now) * 100}%` }}>
            now
          </span>
        )}
      </div>
      <ol>
        {chain.map((link, index) => (
          <ChainCard key={link.index} link={link} isLeaf={index === 0} scale={scale} at={at} now={now} />
        ))}
      </ol>
    </div>
  );
}
