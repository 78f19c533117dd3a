/** The formats of executables, as far as is needed to check one that cannot be run here. */
import type { Target } from './targets.ts';

/** e_machine of an ELF file: the generic ABI. */
const ELF_MACHINES: Readonly<Record<number, string>> = { 62: 'x64', 183: 'arm64' };
/** Machine of a PE file: "PE Format", Microsoft. */
const PE_MACHINES: Readonly<Record<number, string>> = { 34404: 'x64', 43620: 'arm64' };

const ELF_64_LITTLE_ENDIAN = '7f454c460201';
const ELF_MACHINE = 18;

const PE_OFFSET = 0x3c;
const PE_HEADER = 24;
const PE_32_PLUS = 0x20b;
/** The certificate table is the fifth of the data directories, which begin here in the optional header. */
const PE_CERTIFICATES = 112 + 4 * 8;

/** The marker by which the runtime knows that it carries a program; the build turns its end from 0 to 1. */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:';

export interface Format {
  readonly format: Target['format'] | 'unknown';
  /** As in `process.arch`, or `unknown`. */
  readonly arch: string;
}

/** Reads format and machine from the first bytes. */
export function formatOf(bytes: Buffer): Format {
  if (bytes.length > ELF_MACHINE + 2 && bytes.toString('hex', 0, 6) === ELF_64_LITTLE_ENDIAN)
    return { format: 'elf', arch: ELF_MACHINES[bytes.readUInt16LE(ELF_MACHINE)] ?? 'unknown' };
  const header = peHeader(bytes);
  if (header === null) return { format: 'unknown', arch: 'unknown' };
  return { format: 'pe', arch: PE_MACHINES[bytes.readUInt16LE(header + 4)] ?? 'unknown' };
}

/** Where the header of a 64-bit PE file begins; null for any other file. */
function peHeader(bytes: Buffer): number | null {
  if (bytes.length < PE_OFFSET + 4 || bytes.toString('latin1', 0, 2) !== 'MZ') return null;
  const header = bytes.readUInt32LE(PE_OFFSET);
  if (header + PE_HEADER + PE_CERTIFICATES + 8 > bytes.length) return null;
  if (bytes.toString('latin1', header, header + 4) !== 'PE\0\0') return null;
  return bytes.readUInt16LE(header + PE_HEADER) === PE_32_PLUS ? header : null;
}

/**
 * A PE file without its signature, which would not hold for the file with a program in it: to Windows a wrong
 * signature is worse than none. Other files come back as they are.
 */
export function withoutSignature(bytes: Buffer): Buffer {
  const header = peHeader(bytes);
  if (header === null) return bytes;
  const entry = header + PE_HEADER + PE_CERTIFICATES;
  const [at, length] = [bytes.readUInt32LE(entry), bytes.readUInt32LE(entry + 4)];
  if (at === 0) return bytes;
  // The table must be at the end: cutting it out elsewhere would move what follows.
  const unsigned = Buffer.from(at + length === bytes.length ? bytes.subarray(0, at) : bytes);
  unsigned.writeBigUInt64LE(0n, entry);
  return unsigned;
}

/**
 * Finds the problems of an executable, from its bytes alone.
 * @param program what it must carry, the first of it before the rest
 * @returns one sentence a problem; none when it is what it should be
 */
export function problemsOf(
  bytes: Buffer,
  target: Pick<Target, 'format' | 'arch'>,
  program: readonly (string | Buffer)[],
): string[] {
  const { format, arch } = formatOf(bytes);
  const problems: string[] = [];
  if (format !== target.format || arch !== target.arch)
    problems.push(`it is ${format} for ${arch}, not ${target.format} for ${target.arch}`);
  if (bytes.indexOf(`${FUSE}1`) === -1) problems.push('the runtime in it is not set to run a program');
  if (!holds(bytes, program)) problems.push('the program is not in it');
  if (format === 'pe' && withoutSignature(bytes) !== bytes)
    problems.push('it has the signature of another file');
  return problems;
}

/** Whether all of it is in the bytes. The first is looked for in all of them, the others behind it. */
function holds(bytes: Buffer, [first = '', ...others]: readonly (string | Buffer)[]): boolean {
  const start = bytes.indexOf(first);
  return start !== -1 && others.every((other) => bytes.includes(other, start));
}
