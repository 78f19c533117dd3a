/** Azure's own documents, recognised by their shape. Pure: takes bytes, returns the documents in them or a problem. */
import { decode } from '../common/decode-text.ts';
import { parseJsonText, SAVE_AGAIN } from '../common/json.ts';
import { isCut, MOST_DEFECTS } from './documents/fields.ts';
import { isOlder, kindOf, type ResourceKind } from './documents/kinds.ts';
import { describeUnread } from './documents/unread.ts';
import { readEndpointList } from './endpoint-lists.ts';
import {
  type AzureDocument,
  adviceFor,
  CUT_BY_POWERSHELL,
  EMPTY,
  type Reading,
  refuse,
  refuseDefects,
  refuseUnknown,
  saveAgainAs,
} from './reading.ts';
import { errorOfAzure, isRecord, unpackSaved } from './saved.ts';

/** 10,000 endpoints take some 3 MiB, and 50,000 rules some 14 MiB. */
export const LARGEST_REPLY = 16 * 1024 * 1024;
/** An array of replies, their list, and the wrapper of a module; deeper there is no document. */
const DEEPEST = 6;

/** `az` in a terminal shows its progress where the first lines of the reply are. */
const PROGRESS = /^\s*([[{]?)(?:\s*[-\\|/] ?(?:Starting|Running|Finished) ?\.\.)+\s*/;

/**
 * Reads the bytes of a file with one document of Azure, or with several in an array.
 * @param file its name, which says what an empty list lists
 */
export function readAzureDocuments(bytes: Uint8Array, file = ''): Reading {
  if (bytes.length > LARGEST_REPLY) return refuse('is larger than 16 MiB: too large for a reply of Azure');
  const decoded = decode(bytes);
  if (!decoded.ok) return refuse(`${decoded.problem}; ${SAVE_AGAIN}`);
  const text = decoded.text.replace(PROGRESS, '$1');
  const parsed = parseJsonText(text, adviceFor(text));
  if (!parsed.ok) return refuse(parsed.problem);
  // Only the name of the file says what an empty list lists. Without locks, `az lock list` prints one.
  if (isEmptyList(parsed.value) && /^locks?\b/i.test(file))
    return { ok: true, documents: [{ kind: 'locks', locks: [], incomplete: false }] };
  return recognise(parsed.value);
}

function isEmptyList(value: unknown): boolean {
  const list = isRecord(value) ? value['value'] : value;
  return Array.isArray(list) && list.length === 0;
}

/** The same for a value that is parsed already. */
export function recognise(given: unknown): Reading {
  return readValue(given, '', DEEPEST);
}

function readValue(given: unknown, where: string, depth: number): Reading {
  const saved = unpackSaved(given);
  if (!saved.ok) return refuse(saved.problem);
  const { value } = saved;
  if (depth === 0) return refuseUnknown();
  if (Array.isArray(value)) return readMembers(value, false, where, depth);
  return isRecord(value) ? readObject(value, where, depth) : refuseUnknown();
}

function readObject(value: Readonly<Record<string, unknown>>, where: string, depth: number): Reading {
  if ('schemaVersion' in value && 'targets' in value) return refuse(OUR_REPORT);
  if ('connectivityStatus' in value || 'networkStatus' in value) {
    return readEndpointList([value], false, where);
  }
  const kind = kindOf(value);
  if (kind !== null) return readResource(kind, kind.isList ? [value] : value, false, where);
  const list = listIn(value);
  if (list !== null) return readMembers(list.members, list.hasNextPage, `${where}.${list.name}`, depth);
  const error = errorOfAzure(value);
  if (error !== null)
    return refuse(
      `holds an error of Azure and not the reply: ${error.replace(/\.$/, '')}; correct that, and save it again`,
    );
  const unread = describeUnread(value);
  if (unread !== null) return refuse(unread);
  // `az … create` wraps what it made: {"newVNet": {…}}.
  const [[name, only] = [], ...more] = Object.entries(value);
  return name !== undefined && more.length === 0 && typeof only === 'object'
    ? readValue(only, `${where}.${name}`, depth - 1)
    : refuseUnknown();
}

const OUR_REPORT =
  'is a report of apim-probe, not a reply of Azure; to compare the two: apim-probe compare REPORT NETWORKSTATUS';

/** The list in the envelope of a reply. */
function listIn(value: Readonly<Record<string, unknown>>) {
  const { nextLink } = value;
  const name = ['value', 'Value', 'networkSecurityGroups'].find((one) => Array.isArray(value[one]));
  const members = name === undefined ? null : value[name];
  if (name === undefined || !Array.isArray(members)) return null;
  return {
    name,
    members: members as readonly unknown[],
    hasNextPage: typeof nextLink === 'string' && nextLink !== '',
  };
}

interface Part {
  readonly kind: ResourceKind | null;
  /** A reply in its own envelope. */
  readonly isReply: boolean;
  readonly at: number;
  readonly members: unknown[];
}

/** Members of one kind are one document where that kind is a list; other resources and replies are one each. */
function readMembers(
  members: readonly unknown[],
  incomplete: boolean,
  where: string,
  depth: number,
): Reading {
  if (members.length === 0) return refuse(EMPTY);
  const documents: AzureDocument[] = [];
  for (const part of partsOf(members)) {
    const reading = readPart(part, incomplete, where, depth);
    if (!reading.ok) return reading;
    documents.push(...reading.documents);
  }
  return { ok: true, documents };
}

function partsOf(members: readonly unknown[]): Iterable<Part> {
  const parts = new Map<unknown, Part>();
  for (const [at, member] of members.entries()) {
    const kind = isRecord(member) ? kindOf(member) : null;
    const isReply = Array.isArray(member) || (isRecord(member) && kind === null && isEnvelope(member));
    const key = kind?.isList === true ? kind : kind !== null || isReply ? at : 'endpoints';
    const part = parts.get(key) ?? { kind, isReply, at, members: [] };
    part.members.push(member);
    parts.set(key, part);
  }
  return parts.values();
}

function isEnvelope(member: Readonly<Record<string, unknown>>): boolean {
  return 'StatusCode' in member || listIn(member) !== null;
}

function readPart(
  { kind, isReply, at, members }: Part,
  incomplete: boolean,
  where: string,
  depth: number,
): Reading {
  if (kind?.isList === true) return readResource(kind, members, incomplete, where);
  if (kind !== null) return readResource(kind, members[0], false, `${where}[${at}]`);
  if (isReply) return readValue(members[0], `${where}[${at}]`, depth - 1);
  const unread = members
    .filter(isRecord)
    .map(describeUnread)
    .find((problem) => problem !== null);
  return unread === undefined ? readEndpointList(members, incomplete, where) : refuse(unread);
}

function readResource(kind: ResourceKind, value: unknown, incomplete: boolean, where: string): Reading {
  const { title, schema } = kind;
  const again = saveAgainAs(kind.kind);
  if (isOlder(kind, value)) {
    return refuse(`holds ${title} of an older API version, which lacks its addresses and settings; ${again}`);
  }
  const read = schema.safeParse(value);
  if (!read.success) {
    return holdsCut(value, DEEPEST)
      ? refuse(CUT_BY_POWERSHELL)
      : refuseDefects(read.error, where, again, `holds ${title}`, MOST_DEFECTS);
  }
  return { ok: true, documents: [{ ...read.data, incomplete }] };
}

/** Whether ConvertTo-Json left the name of a type in the place of an object. */
function holdsCut(value: unknown, depth: number): boolean {
  if (isCut(value)) return true;
  if (depth === 0 || typeof value !== 'object' || value === null) return false;
  return Object.values(value).some((one) => holdsCut(one, depth - 1));
}
