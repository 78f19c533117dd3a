import t from 'tap';
import { createSystem, type Redirection } from '../../../probes/wire/system.ts';

const HERE = { address: '127.0.0.1', toPort: 8443 };

/** The destination for a host and address. */
function routed(redirections: readonly Redirection[], host: string, address: string, port: number): string {
  const endpoint = createSystem(redirections).route(host, address, port);
  return `${endpoint.address} ${endpoint.port}`;
}

t.test('without redirections the resolved address is used', async (t) => {
  t.equal(routed([], 'known.test', '192.0.2.7', 443), '192.0.2.7 443');
});

t.test('a redirection matches the host, in any case, and the port', async (t) => {
  const rule = { host: 'Known.Test', port: 443, ...HERE };
  t.equal(routed([rule], 'kNOWN.tEST', '192.0.2.7', 443), '127.0.0.1 8443');
  t.equal(routed([rule], 'known.test', '192.0.2.7', 80), '192.0.2.7 80', 'another port');
  t.equal(routed([rule], 'unknown.test', '192.0.2.7', 443), '192.0.2.7 443', 'another host');
  t.equal(routed([rule], 'a.known.test', '192.0.2.7', 443), '192.0.2.7 443', 'a host below it');
});

t.test('it matches the address too, for targets without a name', async (t) => {
  const rule = { host: '192.0.2.7', port: 443, ...HERE };
  t.equal(routed([rule], '192.0.2.7', '192.0.2.7', 443), '127.0.0.1 8443');
  t.equal(routed([rule], 'known.test', '192.0.2.7', 443), '127.0.0.1 8443');
});

t.test('an empty host or port matches any', async (t) => {
  t.equal(routed([{ host: null, port: 443, ...HERE }], 'any.test', '192.0.2.7', 443), '127.0.0.1 8443');
  t.equal(routed([{ host: null, port: 443, ...HERE }], 'any.test', '192.0.2.7', 80), '192.0.2.7 80');
  t.equal(routed([{ host: 'any.test', port: null, ...HERE }], 'any.test', '192.0.2.7', 1), '127.0.0.1 8443');
  t.equal(routed([{ host: null, port: null, ...HERE }], 'any.test', '192.0.2.7', 1), '127.0.0.1 8443');
});

t.test('the first that matches decides', async (t) => {
  const rules = [
    { host: 'other.test', port: null, address: '127.0.0.3', toPort: 3 },
    { host: 'known.test', port: null, address: '127.0.0.1', toPort: 1 },
    { host: null, port: null, address: '127.0.0.2', toPort: 2 },
  ];
  t.equal(routed(rules, 'known.test', '192.0.2.7', 443), '127.0.0.1 1');
  t.equal(routed(rules, 'any.test', '192.0.2.7', 443), '127.0.0.2 2');
});

t.test('IPv6 addresses match in any spelling', async (t) => {
  const rule = { host: '2001:DB8:0::7', port: 443, address: '::1', toPort: 8443 };
  t.equal(routed([rule], 'known.test', '2001:db8::7', 443), '::1 8443');
  t.equal(routed([rule], 'known.test', '2001:db8:0:0:0:0:0:7', 443), '::1 8443');
  t.equal(routed([rule], 'known.test', '2001:db8::8', 443), '2001:db8::8 443');
});

t.test('identifiers are random', async (t) => {
  const { randomBytes } = createSystem();
  const ids = new Set(Array.from({ length: 20 }, () => Buffer.from(randomBytes(8)).toString('hex')));
  t.equal(ids.size, 20);
});
