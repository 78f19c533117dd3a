/** The checks of executables that cannot be run, on headers written out by hand. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import { formatOf, problemsOf, withoutSignature } from '../../build/executable-format.ts';

const PROGRAM = ['the start', 'a part'];
const READY = `NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:1 ${PROGRAM.join(' ')}`;
const SIGNATURE = 'a signature';

/** A 64-bit little-endian ELF header, as far as e_machine. */
function elf(machine: number, rest = READY): Buffer {
  const header = Buffer.from('7f454c460201010000000000000000000200'.padEnd(128, '0'), 'hex');
  header.writeUInt16LE(machine, 18);
  return Buffer.concat([header, Buffer.from(rest)]);
}

/** A PE32+ file whose header is at 0x80; with a signature at its end when one is given. */
function pe(machine: number, { rest = READY, signature = '', magic = 0x20b } = {}): Buffer {
  const header = Buffer.alloc(0x80 + 24 + 240);
  header.write('MZ', 0, 'latin1');
  header.writeUInt32LE(0x80, 0x3c);
  header.write('PE\0\0', 0x80, 'latin1');
  header.writeUInt16LE(machine, 0x84);
  header.writeUInt16LE(magic, 0x98);
  const body = Buffer.concat([header, Buffer.from(rest)]);
  if (signature !== '') {
    body.writeUInt32LE(body.length, 0x98 + 144);
    body.writeUInt32LE(signature.length, 0x98 + 148);
  }
  return Buffer.concat([body, Buffer.from(signature)]);
}

t.test('format and machine', async (t) => {
  t.same(formatOf(elf(0x3e)), { format: 'elf', arch: 'x64' });
  t.same(formatOf(elf(0xb7)), { format: 'elf', arch: 'arm64' });
  t.same(formatOf(elf(0x28)), { format: 'elf', arch: 'unknown' });
  t.same(formatOf(pe(0x8664)), { format: 'pe', arch: 'x64' });
  t.same(formatOf(pe(0xaa64)), { format: 'pe', arch: 'arm64' });
  t.same(formatOf(pe(0x8664, { magic: 0x10b })), { format: 'unknown', arch: 'unknown' }, 'a 32-bit one');
  t.same(formatOf(Buffer.from('#!/bin/sh\n')), { format: 'unknown', arch: 'unknown' });
  t.same(formatOf(readFileSync(process.execPath)), { format: 'elf', arch: process.arch }, 'a real one');
});

t.test('no bytes make it throw', async (t) => {
  const heads = fc.constantFrom('', 'MZ', '\x7fELF\x02\x01');
  fc.assert(
    fc.property(heads, fc.uint8Array({ maxLength: 200 }), (head, rest) => {
      const bytes = Buffer.concat([Buffer.from(head, 'latin1'), rest]);
      formatOf(bytes);
      return withoutSignature(bytes).length <= bytes.length;
    }),
  );
  t.pass('none did');
});

t.test('a signature is taken off, and nothing else', async (t) => {
  t.same(withoutSignature(pe(0x8664, { signature: SIGNATURE })), pe(0x8664));
  const plain = pe(0x8664);
  t.equal(withoutSignature(plain), plain);
  const other = elf(0x3e);
  t.equal(withoutSignature(other), other);
  const signed = pe(0x8664, { signature: SIGNATURE });
  withoutSignature(signed);
  t.same(signed, pe(0x8664, { signature: SIGNATURE }), 'the bytes handed in stay as they are');
  const followed = Buffer.concat([signed, Buffer.from('more')]);
  t.equal(withoutSignature(followed).length, followed.length, 'what follows it is not cut off');
});

t.test('what is wrong with an executable', async (t) => {
  const linux = { format: 'elf', arch: 'x64' } as const;
  const windows = { format: 'pe', arch: 'x64' } as const;
  t.same(problemsOf(elf(0x3e), linux, PROGRAM), []);
  t.same(problemsOf(elf(0x3e), linux, ['the start', Buffer.from('a part')]), []);
  t.same(problemsOf(pe(0x8664), windows, PROGRAM), []);
  t.match(problemsOf(elf(0xb7), linux, PROGRAM), [/it is elf for arm64, not elf for x64/]);
  t.match(problemsOf(elf(0x3e), windows, PROGRAM), [/it is elf for x64, not pe for x64/]);
  t.match(problemsOf(elf(0x3e, READY.replace(':1', ':0')), linux, PROGRAM), [/not set to run a program/]);
  for (const other of [['another start'], ['the start', 'another part']])
    t.match(problemsOf(elf(0x3e), linux, other), [/the program is not in it/]);
  t.match(problemsOf(pe(0x8664, { signature: SIGNATURE }), windows, PROGRAM), [/signature of another file/]);
});
