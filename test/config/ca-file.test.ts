import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import t from 'tap';
import { caFileNotes, caFileProblem } from '../../src/config/ca-file.ts';
import { load } from '../../src/config/load.ts';
import * as readers from '../../src/config/readers.ts';
import { authority } from '../servers/certificates.ts';

const folder = t.testdir({});
const at = (name: string) => join(folder, name);
const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });

function file(name: string, content: string | Uint8Array): string {
  writeFileSync(at(name), content);
  return at(name);
}

const [one, other] = await Promise.all([authority('CN=One'), authority('CN=Other')]);
const NEW = ['-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=Root'];
openssl('req', '-x509', ...NEW, '-days', '9', '-keyout', 'key.pem', '-out', 'root.pem');

/** Made by openssl: the arguments after the file's name. */
const MADE: Readonly<Record<string, readonly string[]>> = {
  'cert.der': ['x509', '-in', 'root.pem', '-outform', 'der'],
  'trusted.pem': ['x509', '-in', 'root.pem', '-trustout'],
  'p7.pem': ['crl2pkcs7', '-nocrl', '-certfile', 'root.pem'],
  'p7.der': ['crl2pkcs7', '-nocrl', '-certfile', 'root.pem', '-outform', 'der'],
  'root.p12': ['pkcs12', '-export', '-in', 'root.pem', '-inkey', 'key.pem', '-passout', 'pass:'],
  'csr.pem': ['req', '-new', '-key', 'key.pem', '-subj', '/CN=x'],
  'csr.der': ['req', '-new', '-key', 'key.pem', '-subj', '/CN=x', '-outform', 'der'],
  'key.der': ['pkey', '-in', 'key.pem', '-outform', 'der'],
  'ec.pem': ['ecparam', '-name', 'prime256v1', '-genkey'],
  'ec.der': ['ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-outform', 'der'],
};
for (const [name, args] of Object.entries(MADE)) openssl(...args, '-out', name);

t.test('good files', async (t) => {
  t.equal(caFileProblem(at('root.pem')), null);
  for (const [name, content] of [
    ['two.pem', `# text\n${one.pem}\n\nSubject: é\n${other.pem}`],
    ['crlf.pem', one.pem.replaceAll('\n', '\r\n')],
    ['mark.pem', `\ufeff${one.pem}`],
    ['latin1.pem', Buffer.from(`Müller\n${one.pem}`, 'latin1')],
  ] as const) {
    t.equal(caFileProblem(file(name, content)), null, name);
  }
});

t.test('every BEGIN line must give a certificate', async (t) => {
  const cut = one.pem.replace(/-----END[\s\S]*/, '');
  for (const content of [`${cut}\n${other.pem}`, `${other.pem}\n${cut}`]) {
    t.match(
      caFileProblem(file('cut.pem', content)),
      /^has 2 BEGIN lines and 1 complete certificates: one lacks its END line/,
    );
  }
  const { readFileSync } = await import('node:fs');
  t.match(
    caFileProblem(file('beside.pem', `${one.pem}\n${readFileSync(at('p7.pem'), 'utf8')}`)),
    /^holds a block “PKCS7” beside 1 certificate, which would not be used/,
  );
});

t.test('what is named instead is called what it is, and the command makes a good file of it', async (t) => {
  const utf16 = (text: string, mark: string) => Buffer.from(`${mark}${text}`, 'utf16le');
  file('marked.pem', utf16(one.pem, '\ufeff'));
  file('unmarked.pem', utf16(one.pem, ''));
  file('big-endian.pem', utf16(one.pem, '').swap16());
  file('indented.pem', one.pem.replaceAll(/^/gm, '    '));
  const body = one.pem.replaceAll(/-----.*-----\n/g, '');
  file('body.pem', body);
  file('one-line.pem', one.pem.replaceAll('\n', ''));
  file('escaped.pem', one.pem.replaceAll('\n', '\\n'));
  file('packed.gz', gzipSync(one.pem));
  for (const [name, kind] of [
    ['body.pem', /^is the base64 of a certificate/],
    ['one-line.pem', /^is the base64 of a certificate/],
    ['escaped.pem', /^is the base64 of a certificate/],
    ['packed.gz', /^is compressed with gzip/],
    ['cert.der', /^is a certificate in DER/],
    ['p7.der', /^is PKCS #7 in DER/],
    ['p7.pem', /^is PKCS #7 in PEM/],
    ['root.p12', /^is PKCS #12 \(PFX\)/],
    ['trusted.pem', /^holds “TRUSTED CERTIFICATE”/],
    ['marked.pem', /^is UTF-16 text/],
    ['unmarked.pem', /^is UTF-16 text/],
    ['big-endian.pem', /^is UTF-16 text/],
    ['indented.pem', /^is indented/],
  ] as const) {
    const problem = caFileProblem(at(name)) ?? '';
    t.match(problem, kind, name);
    const command = /: ((?:openssl|iconv|sed|gunzip) .*)$/.exec(problem)?.[1] ?? 'false';
    const passwordless = name.endsWith('.p12') ? `${command} -passin pass:` : command;
    execFileSync('sh', ['-c', passwordless], { stdio: 'pipe' });
    t.equal(caFileProblem(`${at(name)}.pem`), null, `${name}, converted`);
  }
  for (const [name, kind] of [
    ['key.pem', /^is a private key/],
    ['key.der', /^is a private key/],
    ['ec.pem', /^is a private key/],
    ['ec.der', /^is a private key/],
    ['csr.pem', /^is a certificate request/],
    ['csr.der', /^is a certificate request/],
  ] as const) {
    t.match(caFileProblem(at(name)), kind, name);
  }
  for (const [content, kind] of [
    ['', /^is empty/],
    [' \n\n', /^is empty/],
    ['<!DOCTYPE html><title>Log in</title>', /^is a web page/],
    ['  <html>', /^is a web page/],
    ['no certificate', /^holds no PEM certificate/],
    ['-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n', /^holds “X509 CRL”, not a certificate/],
    [Buffer.from([0x30, 0x03, 1, 1, 1]), /^is a binary file/],
    [Buffer.from([0x30]), /^is a binary file/],
  ] as const) {
    t.match(caFileProblem(file('other', content)), kind);
  }
});

t.test('a path that a shell would not take as it is does not go into a command', async (t) => {
  const path = file('a $(touch x).pem', one.pem.replaceAll(/^/gm, ' '));
  t.match(caFileProblem(path), / FILE >FILE\.pem$/);
});

t.test('a certificate that is out of date is mentioned at the start', async (t) => {
  const old = await authority('CN=Old Root', { from: -90, until: -30 });
  const early = await authority('CN=New Root', { from: 30, until: 60 });
  const path = file('dates.pem', [old, one, early].map(({ pem }) => pem).join('\n'));
  const notes = caFileNotes(path, Date.now());
  t.match(notes, [/^holds “CN=Old Root”, which ended on \d{4}-/, /^holds “CN=New Root”, which begins on/]);
  t.equal(notes.length, 2);
  const { notes: atStart } = load({ flags: { caFile: [path] }, env: {}, cwd: folder }, readers);
  t.match(atStart.join('\n'), /caFile: .*dates\.pem"? holds “CN=Old Root”, which ended on/);
  t.same(caFileNotes(at('absent.pem'), 0), []);
});
