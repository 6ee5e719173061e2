import {
  dissectEvidence,
  EvidenceError,
  explainCode,
  inspectEvidence,
  readEvidence,
  type EvidencePart,
  type EvidenceReport,
} from 'attestkit/inspect';
import type { Explained, Inspected, ReadAs } from '../../shapes/inspect.js';
import { eventIn } from './refused-event.js';
import { AskedWrongly, readRequest, type Request } from './request.js';

/** An answer as it is written. */
export interface Inspection {
  readonly status: number;
  readonly text: string;
}

/** Answers the body of `POST /api/inspect`. */
export function inspection(body: Uint8Array): Inspection {
  try {
    return written(inspected(readRequest(body)));
  } catch (error) {
    if (error instanceof AskedWrongly) return { status: 400, text: JSON.stringify({ says: error.message }) };
    return written({ problem: problemOf(error) });
  }
}

function written(answer: Inspected): Inspection {
  return { status: 'problem' in answer ? 422 : 200, text: JSON.stringify(answer) };
}

/** @throws EvidenceError if it cannot even be read */
function inspected({ evidence, kind, at, members }: Request): Inspected {
  const event = typeof evidence === 'string' && kind === undefined ? eventIn(evidence) : undefined;
  if (event !== undefined) return event;
  const reading = readEvidence(evidence, { ...(kind !== undefined && { kind }), members });
  const read: ReadAs = { kind: reading.kind, title: reading.title, takes: reading.takes };
  const parts = partsOf(reading);
  try {
    const report: EvidenceReport = {
      ...inspectEvidence({
        ...reading.file,
        ...(at !== undefined && { at }),
        kind: reading.kind,
      }),
      // It was given as a file, which does not say what it was before.
      ...(reading.readAs !== undefined && { readAs: reading.readAs }),
      ...(reading.notes.length > 0 && { notes: reading.notes }),
    };
    return { report, read, explained: explainedIn(report), parts };
  } catch (error) {
    return { problem: problemOf(error), read, parts };
  }
}

/** What cannot be taken apart is shown without its parts. */
function partsOf({ kind, file }: Parameters<typeof dissectEvidence>[0]): readonly EvidencePart[] {
  try {
    return dissectEvidence({ kind, file });
  } catch {
    return [];
  }
}

function explainedIn({ checks }: EvidenceReport): readonly Explained[] {
  return [...new Set(checks.map(({ code }) => code))].flatMap((code) => explainCode(code) ?? []);
}

function problemOf(error: unknown): Extract<Inspected, { problem: unknown }>['problem'] {
  if (error instanceof EvidenceError) {
    const { member, message, remedy } = error;
    const says = message.endsWith(remedy) ? message.slice(0, -remedy.length).trim() : message;
    return { member, says, remedy };
  }
  return {
    member: 'evidence',
    says: 'evidence cannot be inspected',
    remedy: 'Give the evidence alone, as the app or the server has it.',
  };
}
