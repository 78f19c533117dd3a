/**
 * The runtime for Linux needs libatomic.so.1, which few systems install by default, for one function: V8 compares and
 * exchanges 64 bits. This adds that function's instructions in the free space after the code, and removes the need for
 * the library. The format is that of the System V ABI ("gABI", chapters 4 and 5) and the GNU symbol versions.
 */
import { BuildError } from './build-error.ts';

const LIBRARY = 'libatomic.so.1';
const FUNCTION = '__atomic_compare_exchange';

interface Machine {
  /** Of a relocation that puts an address of the file itself into its place. */
  readonly relative: number;
  /** The function, for 8 bytes; with any other size it ends the program at once. */
  readonly code: string;
}

/** By e_machine. The arguments: size, object, expected, desired; the result: whether they were exchanged. */
const MACHINES: Readonly<Record<number, Machine>> = {
  // endbr64; cmp rdi,8; jne 3f; mov rax,[rdx]; mov rcx,[rcx]; lock cmpxchg [rsi],rcx; jne 2f; mov eax,1; ret
  // 2: mov [rdx],rax; xor eax,eax; ret; 3: ud2
  62: {
    relative: 8,
    code: 'f30f1efa4883ff087519488b02488b09f0480fb10e7506b801000000c348890231c0c30f0b',
  },
  // bti c; cmp x0,8; b.ne 4f; ldr x6,[x2]; ldr x7,[x3]; 1: ldaxr x8,[x1]; cmp x8,x6; b.ne 3f; stlxr w9,x7,[x1]
  // cbnz w9,1b; mov w0,1; ret; 3: clrex; str x8,[x2]; mov w0,0; ret; 4: brk 1
  183: {
    relative: 1027,
    code: '5f2403d51f2000f1c1010054460040f9670040f928fc5fc81f0106eba100005427fc09c889ffff3520008052c0035fd65f3f03d5480000f900008052c0035fd6200020d4',
  },
};

const [PT_LOAD, PT_DYNAMIC, PF_X] = [1, 2, 1];
const DT = {
  ...{ NULL: 0, NEEDED: 1, PLTRELSZ: 2, STRTAB: 5, SYMTAB: 6, RELA: 7, RELASZ: 8, JMPREL: 23 },
  ...{ VERSYM: 0x6ffffff0, VERNEED: 0x6ffffffe, VERNEEDNUM: 0x6fffffff },
} as const;
/** Bytes of an entry in each table. */
const [DYNAMIC, SYMBOL, RELOCATION] = [16, 24, 24];
const ALIGNMENT = 16;

/**
 * @param bytes of an ELF file for 64 bits; they are changed in place
 * @returns whether they were: a file that does not need the library stays as it is
 * @throws BuildError for one that needs more of it than the function above
 */
export function removeLibatomic(bytes: Buffer): boolean {
  const file = new Elf(bytes);
  const needed = file.dynamic.findIndex(
    ({ tag, value }) => tag === DT.NEEDED && file.text(value) === LIBRARY,
  );
  if (needed < 0) return false;
  const machine = MACHINES[bytes.readUInt16LE(18)];
  if (machine === undefined) throw new BuildError(`${LIBRARY} cannot be replaced for this kind of machine.`);
  const symbols = file.forgetVersions(LIBRARY);
  const names = symbols.map((symbol) => file.nameOf(symbol));
  if (names.some((name) => name !== FUNCTION))
    throw new BuildError(`the runtime wants ${names.join(', ')} of ${LIBRARY}; only ${FUNCTION} is known.`);
  const address = file.addCode(Buffer.from(machine.code, 'hex'));
  for (const symbol of symbols) file.bind(symbol, address, machine.relative);
  file.removeDynamic(needed);
  return true;
}

interface Segment {
  readonly header: number;
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

class Elf {
  readonly #bytes: Buffer;
  readonly #segments: readonly Segment[];
  readonly #dynamicAt: number;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    const [at, size, count] = [this.#long(32), bytes.readUInt16LE(54), bytes.readUInt16LE(56)];
    this.#segments = Array.from({ length: count }, (_, place) => this.#segment(at + place * size));
    this.#dynamicAt = this.#segments.find(({ type }) => type === PT_DYNAMIC)?.offset ?? 0;
    if (this.#dynamicAt === 0) throw new BuildError('the runtime is not linked dynamically.');
  }

  #segment(header: number): Segment {
    const [type, flags] = [this.#bytes.readUInt32LE(header), this.#bytes.readUInt32LE(header + 4)];
    const [offset, address, size] = [
      this.#long(header + 8),
      this.#long(header + 16),
      this.#long(header + 32),
    ];
    return { header, type, flags, offset, address, size };
  }

  #long(at: number): number {
    return Number(this.#bytes.readBigUInt64LE(at));
  }

  #setLong(at: number, value: number): void {
    this.#bytes.writeBigUInt64LE(BigInt(value), at);
  }

  get #loaded(): Segment[] {
    return this.#segments.filter(({ type }) => type === PT_LOAD);
  }

  /** Where in the file an address is. */
  #at(address: number): number {
    const within = this.#loaded.find((one) => address >= one.address && address < one.address + one.size);
    if (within === undefined) throw new BuildError(`the runtime has nothing at the address ${address}.`);
    return address - within.address + within.offset;
  }

  get dynamic(): readonly { readonly tag: number; readonly value: number }[] {
    const entries: { tag: number; value: number }[] = [];
    for (let at = this.#dynamicAt; ; at += DYNAMIC) {
      const tag = this.#long(at);
      if (tag === DT.NULL) return entries;
      entries.push({ tag, value: this.#long(at + 8) });
    }
  }

  #entry(tag: number): number {
    const value = this.dynamic.find((entry) => entry.tag === tag)?.value;
    if (value === undefined) throw new BuildError(`the runtime's dynamic section has no entry ${tag}.`);
    return value;
  }

  /** Of the table of strings. */
  text(offset: number): string {
    const at = this.#at(this.#entry(DT.STRTAB)) + offset;
    return this.#bytes.toString('latin1', at, this.#bytes.indexOf(0, at));
  }

  nameOf(symbol: number): string {
    return this.text(this.#bytes.readUInt32LE(this.#at(this.#entry(DT.SYMTAB)) + symbol * SYMBOL));
  }

  /**
   * Takes a library out of the list of versions that the loader checks.
   * @returns the symbols that needed it, which have no version from then on
   */
  forgetVersions(library: string): number[] {
    const first = this.#at(this.#entry(DT.VERNEED));
    const bytes = this.#bytes;
    for (let at = first, before = 0; ; before = at, at += bytes.readUInt32LE(at + 12)) {
      const next = bytes.readUInt32LE(at + 12);
      if (this.text(bytes.readUInt32LE(at + 4)) === library) {
        const symbols = this.#versioned(this.#versionsOf(at));
        if (before !== 0)
          bytes.writeUInt32LE(next === 0 ? 0 : bytes.readUInt32LE(before + 12) + next, before + 12);
        else if (next !== 0) this.#setDynamic(DT.VERNEED, this.#entry(DT.VERNEED) + next);
        this.#setDynamic(DT.VERNEEDNUM, this.#entry(DT.VERNEEDNUM) - 1);
        return symbols;
      }
      if (next === 0) throw new BuildError(`the runtime wants no version of ${library}.`);
    }
  }

  /** The numbers that symbols name versions by. */
  #versionsOf(need: number): Set<number> {
    const versions = new Set<number>();
    let at = need + this.#bytes.readUInt32LE(need + 8);
    for (let left = this.#bytes.readUInt16LE(need + 2); left > 0; left -= 1) {
      versions.add(this.#bytes.readUInt16LE(at + 6));
      at += this.#bytes.readUInt32LE(at + 12);
    }
    return versions;
  }

  #versioned(versions: ReadonlySet<number>): number[] {
    const table = this.#at(this.#entry(DT.VERSYM));
    // The table of strings stands behind that of symbols, in every file that linkers make.
    const count = Math.floor((this.#entry(DT.STRTAB) - this.#entry(DT.SYMTAB)) / SYMBOL);
    const symbols: number[] = [];
    for (let symbol = 0; symbol < count; symbol += 1) {
      if (!versions.has(this.#bytes.readUInt16LE(table + symbol * 2) & 0x7fff)) continue;
      symbols.push(symbol);
      // VER_NDX_GLOBAL: of no library's version.
      this.#bytes.writeUInt16LE(1, table + symbol * 2);
    }
    return symbols;
  }

  #setDynamic(tag: number, value: number): void {
    this.#setLong(
      this.#dynamicAt + this.dynamic.findIndex((entry) => entry.tag === tag) * DYNAMIC + 8,
      value,
    );
  }

  /** Puts code behind what is executed, where the file is filled up to the next segment. @returns its address */
  addCode(code: Buffer): number {
    const segment = this.#loaded.find(({ flags }) => (flags & PF_X) !== 0);
    if (segment === undefined) throw new BuildError('the runtime executes nothing.');
    const begin = Math.ceil((segment.offset + segment.size) / ALIGNMENT) * ALIGNMENT;
    const next = Math.min(
      ...this.#loaded.map(({ offset }) => offset).filter((offset) => offset > segment.offset),
    );
    const space = this.#bytes.subarray(begin, begin + code.length);
    if (begin + code.length > next || space.some((byte) => byte !== 0))
      throw new BuildError('the runtime has no free space for another function.');
    code.copy(this.#bytes, begin);
    const size = begin + code.length - segment.offset;
    for (const at of [32, 40]) this.#setLong(segment.header + at, size);
    return segment.address + begin - segment.offset;
  }

  /** Has the loader put an address of the file wherever it would have put that of the symbol. */
  bind(symbol: number, address: number, relative: number): void {
    let bound = 0;
    for (const [table, size] of [
      [DT.RELA, DT.RELASZ],
      [DT.JMPREL, DT.PLTRELSZ],
    ] as const) {
      const begin = this.#at(this.#entry(table));
      for (let at = begin; at < begin + this.#entry(size); at += RELOCATION) {
        if (this.#bytes.readUInt32LE(at + 12) !== symbol) continue;
        this.#setLong(at + 8, relative);
        this.#setLong(at + 16, address);
        bound += 1;
      }
    }
    if (bound === 0) throw new BuildError(`the runtime never calls ${this.nameOf(symbol)}.`);
  }

  removeDynamic(place: number): void {
    const entries = this.dynamic;
    const from = this.#dynamicAt + (place + 1) * DYNAMIC;
    const end = this.#dynamicAt + (entries.length + 1) * DYNAMIC;
    this.#bytes.copy(this.#bytes, from - DYNAMIC, from, end);
  }
}
