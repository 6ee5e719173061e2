import { isUtf8 } from 'node:buffer';
import { isJsonObject, type JsonObject } from '../../kernel/bytes/json.js';
import { readUnsignedJson } from '../../kernel/bytes/unsigned-json.js';
import { unusable } from '../evidence-error.js';
import { notesOn, readAnswer, verdictIn } from './answer.js';
import { readBody } from './body.js';
import { readCertificateBytes, readCertificateList, readCertificates } from './certificates.js';
import { octetsOf, readOctets } from './octets.js';
import { readProof } from './proof.js';
import { KIND_NAMES, KINDS, type EvidenceKindName } from '../kind-table.js';
import type { Reading } from './reading.js';
import { readBareText } from './surroundings.js';
import { readToken } from './tokens.js';

/** Characters of text, and bytes, of evidence: the command line reads no more either. */
const MOST = 1_048_576;

/**
 * What evidence is, in whatever form it was pasted: an evidence file, a token, a header field, a body, an answer from Google,
 * bytes. Nothing is verified.
 *
 * @param kind says it, instead of the evidence itself
 * @throws EvidenceError if it is nothing that can be inspected
 */
export function recognize(evidence: unknown, kind?: unknown): Reading {
  const wanted = kind === undefined ? undefined : kindNamed(kind);
  if (evidence instanceof Uint8Array) return readBytes(Buffer.from(evidence), wanted);
  if (typeof evidence === 'string') return readText(evidence, wanted);
  return readValue(evidence, wanted) ?? notEvidence();
}

function notEvidence(): never {
  throw unusable('evidence', 'is neither a token nor a JSON object', 'Give one of them.');
}

function kindNamed(kind: unknown): EvidenceKindName {
  const named = KIND_NAMES.find((each) => each === kind);
  if (named !== undefined) return named;
  throw unusable('kind', 'is not a kind of evidence that is known here', LISTED);
}

const LISTED = `Kinds are: ${KIND_NAMES.join(', ')}.`;

function assertSize({ length }: { readonly length: number }): void {
  if (length > MOST) throw unusable('evidence', 'is larger than 1 MiB', 'Give the evidence alone.');
}

function readBytes(bytes: Buffer, wanted: EvidenceKindName | undefined): Reading {
  assertSize(bytes);
  if (isUtf8(bytes)) return readText(bytes.toString('utf8'), wanted);
  if (wanted !== undefined) return bytesAs(wanted, bytes);
  const read = readOctets(bytes) ?? readCertificateBytes(bytes, 'it is a certificate in DER');
  if (read !== undefined) return read;
  const remedy =
    'Binary evidence is App Attest CBOR, a receipt, or certificates in DER. An explicit kind says which.';
  throw unusable('evidence', 'is binary, and nothing that is known here', remedy);
}

/** Text: JSON, or bare. */
function readText(text: string, wanted: EvidenceKindName | undefined): Reading {
  assertSize(text);
  const trimmed = text.trim();
  const value = jsonIn(trimmed);
  if (value === undefined) return readBare(trimmed, wanted);
  const read = readValue(value, wanted) ?? notEvidence();
  if (read.open === true && readUnsignedJson(Buffer.from(trimmed)) === undefined)
    throw unusable(
      'evidence',
      `is read as ${read.what}, and a server refuses it: a member is there twice, or it is nested too deep`,
      'Give each member once.',
    );
  return read;
}

/** An object or a list; text in quotation marks is bare text. */
function jsonIn(text: string): unknown {
  if (!/^[{[]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readValue(value: unknown, wanted: EvidenceKindName | undefined): Reading | undefined {
  if (isJsonObject(value) && Object.hasOwn(value, 'kind')) {
    if (wanted === undefined) return readFile(value);
    throw unusable('kind', 'is given in the evidence and beside it', 'Leave one of them out.');
  }
  const read = (isJsonObject(value) ? readBody(value, wanted) : undefined) ?? readAnswer(value);
  if (read !== undefined) return ofKind(read, wanted);
  if (Array.isArray(value)) {
    const chain = readCertificateList(value);
    return chain && ofKind(chain, wanted);
  }
  if (!isJsonObject(value)) return undefined;
  if (wanted !== undefined) return readFile({ ...value, kind: wanted });
  throw unusable('kind', 'is missing', LISTED);
}

/** What was recognized, if it is of the kind that was asked for. */
function ofKind(read: Reading, wanted: EvidenceKindName | undefined): Reading {
  if (wanted === undefined) return read;
  if (read.kind === wanted) return { ...read, why: undefined };
  throw unusable(
    'kind',
    `is ${wanted}, and the evidence is ${read.what}`,
    `Leave it out, or give ${read.kind}.`,
  );
}

/** An evidence file, which says itself what it is. */
function readFile(file: JsonObject): Reading {
  const kind = kindNamed(file['kind']);
  const { kind: _, ...members } = file;
  if (kind !== 'play-integrity' || members['payload'] === undefined)
    return { kind, file: members, what: kind, why: undefined };
  const answer = verdictIn(members['payload']);
  return {
    kind,
    file: { ...members, payload: answer.payload },
    what: kind,
    why: undefined,
    notes: notesOn(answer),
  };
}

function readBare(text: string, wanted: EvidenceKindName | undefined): Reading {
  const { token, field, notes } = readBareText(text);
  if (token === '') throw unusable('evidence', 'is empty', 'Give a token, or an evidence file.');
  const read = wanted === undefined ? bare(token, field) : textAs(wanted, token);
  return { ...read, notes: [...notes, ...(read.notes ?? [])] };
}

function bare(text: string, field: string | undefined): Reading {
  const bytes = (): Buffer | undefined => octetsOf(text);
  return (
    readProof(text, field) ??
    readCertificates(text) ??
    (field === undefined ? readEncoded(bytes()) : undefined) ??
    readToken(text, field)
  );
}

function readEncoded(bytes: Buffer | undefined): Reading | undefined {
  if (bytes === undefined) return undefined;
  return readOctets(bytes) ?? readCertificateBytes(bytes, 'it is a certificate in base64 or hexadecimal');
}

/** Kinds of which the evidence is bytes. */
const BYTE_KINDS: readonly EvidenceKindName[] = [
  'app-attest-attestation',
  'app-attest-assertion',
  'app-attest-receipt',
  'key-attestation-signature',
];

/** Text of the kind that the user named. */
function textAs(kind: EvidenceKindName, text: string): Reading {
  if (kind === 'key-attestation') {
    const chain = readCertificates(text) ?? { file: { certificateChain: [encoded(text)] } };
    return { what: kind, ...chain, kind, why: undefined };
  }
  const proof = BYTE_KINDS.includes(kind) ? readProof(text, undefined) : undefined;
  if (proof?.kind === kind) return { ...proof, why: undefined };
  const value = BYTE_KINDS.includes(kind) ? encoded(text) : text;
  return { kind, file: { [KINDS[kind].evidence]: value }, what: kind, why: undefined };
}

/** Bytes in base64 if they were written in another form that is known; else the text as it is. */
function encoded(text: string): string {
  return octetsOf(text)?.toString('base64') ?? text;
}

function bytesAs(kind: EvidenceKindName, bytes: Buffer): Reading {
  const base = { kind, what: kind, why: undefined };
  const base64 = bytes.toString('base64');
  if (kind === 'key-attestation')
    return { file: { certificateChain: [base64] }, ...readCertificateBytes(bytes, ''), ...base };
  if (!BYTE_KINDS.includes(kind))
    throw unusable('evidence', `is binary, and ${kind} is text`, 'Give the text, or leave out kind.');
  return { ...base, file: { [KINDS[kind].evidence]: base64 } };
}
