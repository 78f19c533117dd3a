/** Certificates of the test, made by openssl when it starts. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { command } from './processes.ts';

/** A certificate with its key, as PEM files; `chain` holds the certificate and its issuers but the root. */
export interface Certificate {
  readonly chain: string;
  readonly key: string;
}

/** What an authority publishes, in DER but for the last. */
export const ISSUER = 'issuer.crt';
export const REVOKED = 'revoked.crl';
/** An OCSP responder's refusal to answer for another authority's certificate (RFC 6960, 4.2.1: unauthorized). */
export const REFUSAL = 'refusal.ocsp';
/** A cabinet without files ([MS-CAB] 2.1). */
export const CABINET = 'empty.cab';

/** A root and the authority below it that issues, as every service of Azure has it. */
export class Authority {
  readonly #folder: string;
  readonly #key: string;
  #made = 0;

  private constructor(folder: string, key: string) {
    this.#folder = folder;
    this.#key = key;
  }

  /**
   * @param folder where the files go, which must exist
   * @param organization O of the root
   * @param issuerName of the authority that issues; by default of the same organisation
   */
  static async create(
    folder: string,
    organization: string,
    issuerName = `/C=US/O=${organization}/CN=Test Issuing CA`,
  ): Promise<Authority> {
    const file = (name: string) => join(folder, name);
    const rootName = `/C=US/O=${organization}/CN=Test Root`;
    await Promise.all(
      ['root', 'issuer', 'server'].map((name) =>
        command(['openssl', 'genrsa', '-out', file(`${name}.key`), '2048']),
      ),
    );
    const days = ['-days', '90'];
    const ca = [
      '-addext',
      'basicConstraints=critical,CA:TRUE',
      '-addext',
      'keyUsage=critical,keyCertSign,cRLSign',
    ];
    const root = ['-key', file('root.key'), '-out', file('root.pem')];
    await command(['openssl', 'req', '-x509', ...days, '-subj', rootName, ...ca, ...root]);
    const signed = ['-CA', file('root.pem'), '-CAkey', file('root.key')];
    const issuer = ['-key', file('issuer.key'), '-out', file('issuer.pem')];
    await command(['openssl', 'req', '-x509', ...days, '-subj', issuerName, ...ca, ...signed, ...issuer]);
    return new Authority(folder, file('server.key'));
  }

  get root(): string {
    return join(this.#folder, 'root.pem');
  }

  /** Writes the issuer's certificate, the list of those that it has revoked, and the other files, to this folder. */
  async publish(folder: string): Promise<void> {
    const file = (name: string) => join(this.#folder, name);
    const settings = ['[ca]', 'default_ca=own', '[own]', `database=${file('index.txt')}`];
    await writeFile(file('ca.cnf'), [...settings, 'default_md=sha256', 'default_crl_days=7', ''].join('\n'));
    await writeFile(file('index.txt'), '');
    await writeFile(join(folder, REFUSAL), Buffer.from('30030a0106', 'hex'));
    const cabinet = '4d5343460000000024000000000000002400000000000000030100000000000000000000';
    await writeFile(join(folder, CABINET), Buffer.from(cabinet, 'hex'));
    const signer = ['-cert', file('issuer.pem'), '-keyfile', file('issuer.key')];
    const list = file('revoked.pem');
    await command(['openssl', 'ca', '-gencrl', '-config', file('ca.cnf'), ...signer, '-out', list]);
    const der = ['-outform', 'DER', '-out'];
    await command(['openssl', 'crl', '-in', list, ...der, join(folder, REVOKED)]);
    await command(['openssl', 'x509', '-in', file('issuer.pem'), ...der, join(folder, ISSUER)]);
  }

  /** An OCSP responder of Openssl's for what has been issued, on this port; `publish` comes first. */
  ocspResponder(port: number): string[] {
    const file = (name: string) => join(this.#folder, name);
    return [
      ...['openssl', 'ocsp', '-port', String(port), '-index', file('index.txt'), '-CA', file('issuer.pem')],
      ...['-rsigner', file('issuer.pem'), '-rkey', file('issuer.key')],
    ];
  }

  /** The issuer's key and the certificates up to the root in one file's text, as mitmproxy wants its authority. */
  async bundle(): Promise<string> {
    const parts = ['issuer.key', 'issuer.pem', 'root.pem'].map((name) =>
      readFile(join(this.#folder, name), 'utf8'),
    );
    return (await Promise.all(parts)).join('');
  }

  /**
   * A server certificate for these names, the first of which is its common name, good for so many days.
   * @param within a command that runs openssl, such as faketime
   */
  async issue(names: readonly string[], days = 60, within: readonly string[] = []): Promise<Certificate> {
    this.#made += 1;
    const certificate = join(this.#folder, `${this.#made}.pem`);
    const chain = join(this.#folder, `${this.#made}.chain.pem`);
    const issuer = join(this.#folder, 'issuer.pem');
    await command([
      ...within,
      ...['openssl', 'req', '-x509', '-days', `${days}`, '-key', this.#key, '-out', certificate],
      ...['-CA', issuer, '-CAkey', join(this.#folder, 'issuer.key'), '-subj', `/C=US/CN=${names[0]}`],
      ...['-addext', `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}`],
      ...['-addext', 'basicConstraints=critical,CA:FALSE', '-addext', 'extendedKeyUsage=serverAuth'],
    ]);
    await writeFile(chain, (await readFile(certificate, 'utf8')) + (await readFile(issuer, 'utf8')));
    return { chain, key: this.#key };
  }
}
