/** Certificate chains of the same kinds as the public vectors, made by the project itself. */
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { authority, certify, identity, type Party, server } from '../../test/servers/certificates.ts';
import shapes from './fixtures/chains.json' with { type: 'json' };
import type { Suite } from './types.ts';
import { compareChains } from './vectors.ts';
import type { ChainCase } from './verify.ts';

/** A certificate of a shape. Issuer and key are names of certificates that stand before it. */
interface Certificate {
  readonly issuer?: string;
  /** The certificate with the same subject and key: this one is a cross-signed copy. */
  readonly copyOf?: string;
  readonly ca?: boolean;
  readonly pathLength?: number;
  /** Days from now. */
  readonly from?: number;
  readonly until?: number;
  readonly names?: readonly string[];
  readonly purpose?: 'clients';
  readonly permitted?: readonly string[];
  readonly excluded?: readonly string[];
}

interface Shape {
  readonly id: string;
  readonly certificates: Readonly<Record<string, Certificate>>;
  readonly trust: readonly string[];
  readonly send: readonly string[];
  readonly host: string;
  readonly expected: string;
}

export const chains: Suite = {
  name: 'chains',
  title: 'Certificate chains of the same kinds',
  about:
    'Chains that this project makes itself (`bench/truth/fixtures/chains.json`): path building, name constraints, ' +
    'validity and names, by RFC 5280 sections 4.2.1 and 6.1 and RFC 6125. They are shown and judged as those of the ' +
    'public suites.',
  run: async () => compareChains(await Promise.all((shapes as readonly Shape[]).map(makeChain))),
};

async function makeChain({ id, certificates, trust, send, host, expected }: Shape): Promise<ChainCase> {
  const made = new Map<string, Party>();
  const take = (name: string): Party => {
    const party = made.get(name);
    if (party === undefined) throw new Error(`${id}: ${name} is not made yet`);
    return party;
  };
  for (const [name, certificate] of Object.entries(certificates)) {
    made.set(name, await make(name, certificate, take));
  }
  const [leaf, ...others] = send.map(take);
  if (leaf === undefined) throw new Error(`${id} sends nothing`);
  const pems = (names: readonly string[]): string[] => names.map((name) => take(name).pem);
  return {
    ...{ id, suite: '', host, expected: expected === 'accepted' ? 'SUCCESS' : 'FAILURE' },
    ...{ roots: pems(trust), chain: [leaf, ...others].map(({ pem }) => pem), key: identity(leaf).key },
  };
}

function make(name: string, certificate: Certificate, take: (name: string) => Party): Promise<Party> {
  const { issuer, copyOf, names, permitted = [], excluded = [], purpose, ...dates } = certificate;
  const original = copyOf === undefined ? null : take(copyOf);
  const isConstrained = permitted.length + excluded.length > 0;
  const request = {
    ...dates,
    subject: original?.certificate.subject ?? `CN=${name}`,
    ...(original !== null && { keys: original.keys }),
    ...(issuer !== undefined && { issuer: take(issuer) }),
    extensions: [
      ...(isConstrained ? [nameConstraints(permitted, excluded)] : []),
      ...(purpose === 'clients'
        ? [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth])]
        : []),
    ],
  };
  if (certificate.ca === true) return authority(request.subject, request);
  return names === undefined || request.issuer === undefined
    ? certify(request)
    : server(request.issuer, names, request);
}

/** RFC 5280 section 4.2.1.10, for DNS names. */
function nameConstraints(permitted: readonly string[], excluded: readonly string[]): x509.Extension {
  const subtrees = (tag: number, names: readonly string[]): Buffer[] =>
    names.length === 0 ? [] : [der(tag, ...names.map((name) => der(0x30, der(0x82, Buffer.from(name)))))];
  const value = der(0x30, ...subtrees(0xa0, permitted), ...subtrees(0xa1, excluded));
  return new x509.Extension('2.5.29.30', true, value);
}

/** An element of DER with less than 128 bytes. */
function der(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.from([tag, body.length]), body]);
}
