/** `apim-probe preflight` with documents as Azure's tools save them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { LOCKS, NSG, PUBLIC_IP, SUBNET, VNET } from '../azure/documents/samples.ts';
import { invoke } from './harness.ts';

function preflight(t: Test, documents: Readonly<Record<string, unknown>>, flags: readonly string[] = []) {
  const cwd = t.testdir({});
  for (const [file, content] of Object.entries(documents))
    writeFileSync(join(cwd, file), JSON.stringify(content));
  const from = Object.keys(documents).flatMap((file) => ['--from', file]);
  return invoke(['preflight', ...from, ...flags], { cwd });
}

t.test('without a document it prints the command of each, and exits with 3', async (t) => {
  const { code, out, err } = await preflight(t, {});
  t.equal(code, 3, err);
  t.match(
    out,
    / {4}az network vnet subnet show --ids SUBNET_ID --output json > subnet\.json\n\? The subnet is/,
  );
  t.match(out, / {4}az network nic list-effective-nsg .*\n\? Inbound from ApiManagement, TCP 3443/);
  t.match(out, /\n0 of \d+ prerequisites met; \d+ required\s+not\s+shown: /);
});

t.test('what is not met comes last, with the file that shows it, and exits with 1', async (t) => {
  const { code, out } = await preflight(t, { 'subnet.json': SUBNET, 'nsg.json': NSG, 'locks.json': LOCKS });
  t.equal(code, 1);
  t.match(
    out,
    /✗ The subnet is not delegated to another service\n {4}apim is delegated to Microsoft\.Web\/hostingEnvironments; a classic tier takes\s+none\s+\(subnet\.json\)/,
  );
  t.ok(out.lastIndexOf('\n✗') > out.lastIndexOf('\n?'));
  t.match(out, /[1-9]\d* not\s+met: subnet-delegation/);
});

t.test('the delegation that stops a classic tier is demanded by Premium v2', async (t) => {
  const { out } = await preflight(t, { 'vnet.json': VNET, 'subnet.json': SUBNET }, ['--tier', 'premium-v2']);
  t.match(out, /✓ The subnet is delegated to the service that the tier demands/);
  t.notMatch(out, /TCP 1433|TCP 3443/, 'the classic table does not apply');
});

t.test('JSON has the documents and every check', async (t) => {
  const { code, out } = await preflight(t, { 'ip.json': PUBLIC_IP }, ['--format', 'json']);
  const { documents, preflight: checks } = JSON.parse(out) as {
    documents: Record<string, unknown>[];
    preflight: Record<string, unknown>[];
  };
  t.equal(code, 3);
  t.match(documents, [{ kind: 'public-ip', file: 'ip.json', doubt: null }]);
  t.match(
    checks.find(({ check }) => check === 'public-ip'),
    { outcome: 'met', evidence: /apim-ip \(20\.50\.1\.2\)/, command: null },
  );
  t.ok(checks.some(({ outcome, command }) => outcome === 'not-shown' && typeof command === 'string'));
});

t.test('a document that cannot be read is a usage error', async (t) => {
  const { code, err } = await preflight(t, { 'report.json': { some: 'thing' } });
  t.equal(code, 2);
  t.match(err, /from: .*report\.json" .*none of the documents of Azure/);
});

t.test('an empty list of locks is one without locks, by the name of its file', async (t) => {
  for (const content of [[], { value: [] }]) {
    const { out, err } = await preflight(t, { 'locks.json': content });
    t.match(out, /✓ No lock keeps the deployment[^\n]*\n {4}there is no lock \(locks\.json\)/, err);
  }
  const { code, err } = await preflight(t, { 'subnets.json': [] });
  t.equal(code, 2);
  t.match(err, /is an empty list, which shows nothing: name it locks\.json if it lists locks/);
});
