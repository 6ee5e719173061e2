import type { JSX } from 'preact';
import { dateTime } from '../../shell/format.js';
import { Text } from '../../shell/text.js';
import { validityAt, type Link } from './order-chain.js';
import type { TimeScale } from './time-scale.js';

const SIGNED: Readonly<Record<Link['signer'], string>> = {
  next: 'signed by',
  itself: 'signed by itself',
  unknown: 'signed by no certificate that was given',
};

/** One certificate, what signs it, and its dates on the line that all share. */
export function ChainCard({
  link: { certificate, signer, name },
  isLeaf,
  scale,
  at,
  now,
}: {
  readonly link: Link;
  readonly isLeaf: boolean;
  readonly scale: TimeScale;
  readonly at: number;
  readonly now: number;
}): JSX.Element {
  const { subject, key, serialNumber, root } = certificate;
  const validity = validityAt(certificate, at);
  const role = isLeaf
    ? 'Leaf'
    : signer === 'next'
      ? 'Intermediate'
      : signer === 'itself'
        ? 'Root'
        : 'Last one given';
  return (
    <li>
      <div class={`certificate ${signer === 'itself' && root === undefined ? 'stranger' : ''}`}>
        <p class="row small">
          <strong>{role}</strong>
          <span class={`tag ${validity === 'valid' ? 'accepted' : 'refused'}`}>{validity}</span>
          {root !== undefined && (
            <span class="tag accepted named">
              <Text value={root} shown={80} />
            </span>
          )}
          {root === undefined && signer !== 'next' && <span class="tag refused named">not a known root</span>}
        </p>
        <p class="subject">
          <Text value={subject === '' ? '(no name)' : subject} shown={160} />
        </p>
        <p class="small faint">
          <Text value={key} shown={40} />, number{' '}
          <span class="mono">
            <Text value={serialNumber} shown={60} />
          </span>
          , <Text value={name} shown={60} />
        </p>
        <p class={`small signer ${signer}`}>{SIGNED[signer]}</p>
      </div>
      <Bar certificate={certificate} scale={scale} at={at} now={now} isValid={validity === 'valid'} />
    </li>
  );
}

function Bar({
  certificate: { notBefore, notAfter },
  scale,
  at,
  now,
  isValid,
}: {
  readonly certificate: Link['certificate'];
  readonly scale: TimeScale;
  readonly at: number;
  readonly now: number;
  readonly isValid: boolean;
}): JSX.Element {
  const [from, to] = [Date.parse(notBefore), Date.parse(notAfter)];
  const left = scale.place(from);
  const dates = [from, to].map((time) => (Number.isNaN(time) ? 'unknown' : dateTime(time))).join(' to ');
  return (
    <div class="line">
      <span class="moment now" style={{ left: `${scale.place(now) * 100}%` }} />
      <span class="moment asof" style={{ left: `${scale.place(at) * 100}%` }} />
      <span
        class={`bar ${isValid ? 'valid' : ''}`}
        style={{ left: `${left * 100}%`, width: `${Math.max(0.004, scale.place(to) - left) * 100}%` }}
      />
      <span class="dates small">{dates}</span>
    </div>
  );
}
