/**
 * The runtime for Linux brings 33 MB of symbols and debugging information, which only a debugger reads. What a process
 * needs is in allocated sections. The format is that of the System V ABI ("gABI", chapter 4).
 */
import { BuildError } from './build-error.ts';

/** Places in the header of the file and in that of a section, for 64 bits. */
const HEADER = { segments: 32, sections: 40, segmentCount: 56, sectionCount: 60, namesIndex: 62 } as const;
const [SEGMENT, SECTION] = [56, 64];
const [SHF_ALLOC, SHT_NOBITS] = [2n, 8];
const ALIGNMENT = 8;

/**
 * Leaves out every section that is not loaded, but the names of the others.
 * @param bytes of an ELF file for 64 bits, little-endian
 * @returns a shorter copy
 * @throws BuildError when an allocated section comes after one that is not: symbols refer to sections by their number
 */
export function withoutSymbols(bytes: Buffer): Buffer {
  const sections = sectionsOf(bytes);
  const names = sections[bytes.readUInt16LE(HEADER.namesIndex)];
  const kept = sections.filter(({ index, isAllocated }) => index === 0 || isAllocated);
  if (names === undefined || kept.some(({ index }, place) => index !== place))
    throw new BuildError('the sections of the runtime are in an order that is not expected.');
  const end = Math.max(...kept.map((section) => section.end), ...segmentEnds(bytes));
  const namesAt = aligned(end);
  const tableAt = aligned(namesAt + names.size);
  const result = Buffer.alloc(tableAt + (kept.length + 1) * SECTION);
  bytes.copy(result, 0, 0, end);
  bytes.copy(result, namesAt, names.offset, names.offset + names.size);
  for (const [place, { header }] of [...kept, names].entries())
    bytes.copy(result, tableAt + place * SECTION, header, header + SECTION);
  result.writeBigUInt64LE(BigInt(namesAt), tableAt + kept.length * SECTION + 24);
  result.writeBigUInt64LE(BigInt(tableAt), HEADER.sections);
  result.writeUInt16LE(kept.length + 1, HEADER.sectionCount);
  result.writeUInt16LE(kept.length, HEADER.namesIndex);
  return result;
}

interface Section {
  readonly index: number;
  /** Where its header is. */
  readonly header: number;
  readonly isAllocated: boolean;
  readonly offset: number;
  readonly size: number;
  /** Behind its last byte in the file. */
  readonly end: number;
}

function sectionsOf(bytes: Buffer): Section[] {
  const table = Number(bytes.readBigUInt64LE(HEADER.sections));
  return Array.from({ length: bytes.readUInt16LE(HEADER.sectionCount) }, (_, index) => {
    const header = table + index * SECTION;
    const offset = Number(bytes.readBigUInt64LE(header + 24));
    const size = Number(bytes.readBigUInt64LE(header + 32));
    const isAllocated = (bytes.readBigUInt64LE(header + 8) & SHF_ALLOC) !== 0n;
    const end = bytes.readUInt32LE(header + 4) === SHT_NOBITS ? 0 : offset + size;
    return { index, header, isAllocated, offset, size, end };
  });
}

/** Where the part of each segment that is in the file ends. */
function segmentEnds(bytes: Buffer): number[] {
  const table = Number(bytes.readBigUInt64LE(HEADER.segments));
  return Array.from({ length: bytes.readUInt16LE(HEADER.segmentCount) }, (_, index) => {
    const header = table + index * SEGMENT;
    return Number(bytes.readBigUInt64LE(header + 8)) + Number(bytes.readBigUInt64LE(header + 32));
  });
}

function aligned(offset: number): number {
  return Math.ceil(offset / ALIGNMENT) * ALIGNMENT;
}
