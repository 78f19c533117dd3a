/** Shapes of certificate chains after BetterTLS and x509-limbo, each with the verdict that it is to get (RFC 5280). */
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import type { ChainProblem } from '../../../probes/facts.ts';
import {
  authority,
  certify,
  forClients,
  type Party,
  type Request,
  server,
} from '../../servers/certificates.ts';

export interface Shape {
  readonly name: string;
  /** Leaf first. */
  readonly sent: readonly [Party, ...Party[]];
  readonly expected: 'valid' | 'untrusted' | 'expired' | ChainProblem['kind'];
  /** Part of the problem's detail. */
  readonly detail?: string;
  /** The subject with the problem; the leaf's by default. */
  readonly at?: string;
  /** Whether OpenSSL, which tries one path, has the same verdict; true by default. */
  readonly openssl?: false;
}

const HOST = 'known.test';
const CA = 'CN=Issuing CA';
const RSA_1024 = { name: 'RSASSA-PKCS1-v1_5', modulusLength: 1024, hash: 'SHA-256' } as const;
const EXPIRED = { from: -60, until: -1 } as const;

/** One element of DER with less than 128 bytes. */
const der = (tag: number, ...parts: (string | Buffer)[]): Buffer => {
  const content = Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)),
  );
  return Buffer.concat([Buffer.from([tag, content.length]), content]);
};
const extension = (oid: string, value: Buffer, critical = true) => new x509.Extension(oid, critical, value);
const usage = (flags: x509.KeyUsageFlags) => new x509.KeyUsagesExtension(flags, true);
const dns = (name: string) => der(0x82, name);
const ip = (...bytes: number[]) => der(0x87, Buffer.from(bytes));
const directory = (name: string) => der(0xa4, Buffer.from(new x509.Name(name).toArrayBuffer()));
const constraints = (permitted: readonly Buffer[], excluded: readonly Buffer[] = []) => {
  const subtrees = (tag: number, bases: readonly Buffer[]) =>
    bases.length === 0 ? Buffer.alloc(0) : der(tag, ...bases.map((base) => der(0x30, base)));
  return extension('2.5.29.30', der(0x30, subtrees(0xa0, permitted), subtrees(0xa1, excluded)));
};

/** The roots of the shapes: the first is trusted. */
export async function makeRoots(): Promise<{ trusted: Party; foreign: Party }> {
  const [trusted, foreign] = await Promise.all([authority('CN=Trusted Root'), authority('CN=Foreign Root')]);
  return { trusted, foreign };
}

export async function makeShapes(trusted: Party, foreign: Party): Promise<readonly Shape[]> {
  const good = await authority(CA, { issuer: trusted });
  const leaf = await server(good, [HOST]);
  /** Another certificate of the same CA. */
  const copy = (request: Partial<Omit<Request, 'subject'>> = {}) =>
    certify({ subject: CA, ca: true, issuer: trusted, keys: good.keys, ...request });
  const bad = {
    foreign: await copy({ issuer: foreign }),
    expired: await copy(EXPIRED),
    notCa: await copy({ ca: false }),
    bare: await copy({ ca: null }),
    mayNotSign: await copy({ extensions: [usage(x509.KeyUsageFlags.cRLSign)] }),
    purpose: await copy({ extensions: [forClients()] }),
    sha1: await copy({ digest: 'SHA-1' }),
    critical: await copy({ extensions: [extension('1.2.3.4', der(0x05))] }),
    otherNames: await copy({ extensions: [constraints([dns('other.test')])] }),
    noConstraint: await copy({ extensions: [constraints([])] }),
  };
  const weak = await authority('CN=Weak CA', { issuer: trusted, algorithm: RSA_1024 });
  const last = await authority('CN=Last CA', { issuer: trusted, pathLength: 0 });
  const below = await authority('CN=CA below', { issuer: last });
  const selfIssued = await authority('CN=Last CA', { issuer: last });
  const middle = await authority('CN=Middle CA', { issuer: good });
  const deep = await server(middle, [HOST]);
  /** A CA with these constraints, and a leaf with these names. */
  const constrained = async (
    extension: x509.Extension,
    names: readonly string[] = [HOST],
    subject = `CN=${names[0]}`,
  ): Promise<readonly [Party, Party]> => {
    const ca = await authority(CA, { issuer: trusted, extensions: [extension] });
    return [await server(ca, names, { subject }), ca];
  };

  const alone = (
    sent: Shape['sent'],
    name: string,
    expected: Shape['expected'],
    at = CA,
    detail?: string,
  ): Shape => ({
    name,
    sent,
    expected,
    at,
    ...(detail !== undefined && { detail }),
  });
  const first = (name: string, wrong: Party): Shape => ({
    name: `${name} first`,
    sent: [leaf, wrong, good],
    expected: 'valid',
    openssl: false,
  });
  return [
    { name: 'in order', sent: [deep, middle, good], expected: 'valid' },
    {
      name: 'out of order, with others between',
      sent: [deep, foreign, good, trusted, middle],
      expected: 'valid',
    },
    first('a foreign copy', bad.foreign),
    // OpenSSL passes over it.
    { name: 'an expired copy first', sent: [leaf, bad.expired, good], expected: 'valid' },
    first('a copy that is not a CA', bad.notCa),
    first('a copy without extensions', bad.bare),
    first('a copy that may not sign', bad.mayNotSign),
    first('a copy for clients', bad.purpose),
    first('a copy signed with SHA-1', bad.sha1),
    first('a copy with a critical extension', bad.critical),
    first('a copy for other names', bad.otherNames),
    { ...first('all of them', bad.foreign), sent: [deep, middle, ...Object.values(bad), good] },
    {
      // Without key identifiers OpenSSL takes it for self-signed.
      openssl: false,
      name: 'a self-issued CA does not count in the path length',
      sent: [await server(selfIssued, [HOST]), selfIssued, last],
      expected: 'valid',
    },
    { name: 'only a foreign copy', sent: [leaf, bad.foreign], expected: 'untrusted' },
    { name: 'no issuer', sent: [leaf], expected: 'untrusted' },
    { name: 'only an expired copy', sent: [leaf, bad.expired], expected: 'expired' },
    alone([leaf, bad.notCa], 'not a CA', 'not-a-ca'),
    alone([leaf, bad.bare], 'an issuer without extensions', 'not-a-ca'),
    alone([leaf, bad.mayNotSign], 'a CA without keyCertSign', 'may-not-sign'),
    alone([leaf, bad.purpose], 'a CA for clients', 'purpose'),
    alone(
      [await server(good, [HOST], { extensions: [forClients()] }), good],
      'a leaf for clients',
      'purpose',
      `CN=${HOST}`,
    ),
    alone([leaf, bad.sha1], 'a CA signed with SHA-1', 'weak-signature', CA, 'ecdsa-with-SHA1'),
    alone(
      [await server(good, [HOST], { digest: 'SHA-1' }), good],
      'a leaf signed with SHA-1',
      'weak-signature',
      `CN=${HOST}`,
    ),
    alone(
      [await server(weak, [HOST]), weak],
      'a CA with a short key',
      'weak-key',
      'CN=Weak CA',
      'RSA, 1,024 bits',
    ),
    alone(
      [await server(good, [HOST], { algorithm: RSA_1024 }), good],
      'a leaf with a short key',
      'weak-key',
      `CN=${HOST}`,
      'RSA, 1,024 bits',
    ),
    alone([leaf, bad.critical], 'a critical extension', 'critical-extension', CA, '1.2.3.4'),
    alone([await server(below, [HOST]), below, last], 'too long a path', 'path-length', 'CN=Last CA', '0'),
    alone([leaf, bad.otherNames], 'constrained to other names', 'name-constraint', CA, HOST),
    // OpenSSL accepts constraints that hold none, which RFC 5280 forbids.
    {
      ...alone([leaf, bad.noConstraint], 'empty constraints', 'malformed-extension', CA, '2.5.29.30'),
      openssl: false,
    },
    { name: 'a permitted domain', sent: await constrained(constraints([dns('test')])), expected: 'valid' },
    {
      name: 'a permitted host below a dot',
      sent: await constrained(constraints([dns('.test')])),
      expected: 'valid',
    },
    {
      name: 'constraints of another form',
      sent: await constrained(constraints([ip(10, 0, 0, 0, 255, 0, 0, 0)])),
      expected: 'valid',
    },
    {
      name: 'a permitted subject',
      sent: await constrained(constraints([directory('O=Contoso')]), [HOST], `O=CONTOSO, CN=${HOST}`),
      expected: 'valid',
    },
    alone(
      await constrained(constraints([directory('O=Contoso')]), [HOST], `O=Fabrikam, CN=${HOST}`),
      'another subject',
      'name-constraint',
      CA,
      'its subject',
    ),
    alone(
      await constrained(constraints([dns('nown.test')])),
      'the end of a label',
      'name-constraint',
      CA,
      HOST,
    ),
    alone(
      await constrained(constraints([], [dns('test')])),
      'an excluded domain',
      'name-constraint',
      CA,
      HOST,
    ),
    alone(
      await constrained(constraints([dns('known.test')]), [HOST, 'other.test']),
      'one name of two',
      'name-constraint',
      CA,
      'other.test',
    ),
    // OpenSSL compares a wildcard as text.
    {
      ...alone(
        await constrained(constraints([], [dns('www.known.test')]), [HOST, '*.known.test']),
        'a wildcard over an excluded host',
        'name-constraint',
        CA,
        '*.known.test',
      ),
      openssl: false,
    },
    alone(
      await constrained(constraints([ip(10, 0, 0, 0, 255, 0, 0, 0)]), [HOST, '11.1.1.1']),
      'another network',
      'name-constraint',
      CA,
      '11.1.1.1',
    ),
    {
      name: 'a permitted network',
      sent: await constrained(constraints([ip(10, 0, 0, 0, 255, 0, 0, 0)]), [HOST, '10.1.1.1']),
      expected: 'valid',
    },
    alone(
      await constrained(constraints([ip(10, 0, 0, 0, 255, 0, 255, 0)]), [HOST, '10.1.1.1']),
      'a mask with gaps',
      'name-constraint',
      CA,
      '10.1.1.1',
    ),
  ];
}
