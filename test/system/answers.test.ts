/** A DNS server whose answers lead elsewhere, change, or name no IPv4 address; and what a run makes of a region. */
import { CUSTOM_DNS } from './azure.ts';
import { blockedBy, findingsOf, targetsOf } from './judge.ts';
import { AZURE_DNS, dnsmasq } from './names.ts';
import { ONE_ATTEMPT, QUICK, scene } from './scene.ts';
import { NAMES } from './services.ts';

const VAULT = `${NAMES.keyVault}.vault.azure.net`;
/** In Azure’s range, and nothing listens there. */
const WRONG = '20.33.240.9';
const UPSTREAM = `--server=${AZURE_DNS}`;

await scene('answers of a DNS server', ['dnsmasq'], async (t, subnet) => {
  await t.test('that lead elsewhere than those of Azure DNS', async (t) => {
    await using _ = await dnsmasq(subnet.azure, CUSTOM_DNS, [UPSTREAM, `--address=/${VAULT}/${WRONG}`]);
    await subnet.vm.resolvers(CUSTOM_DNS);
    const outcome = await subnet.vm.probe(ONE_ATTEMPT);
    blockedBy(t, outcome, {
      cause: 'dns-servers-disagree',
      groups: ['key-vault'],
      failures: ['tcp_refused'],
    });
    t.match(findingsOf(outcome, 'dns-servers-disagree')[0]?.explanation, `in between, ${WRONG} failed again`);
  });

  await t.test('that lead to no server at all', async (t) => {
    await using _ = await dnsmasq(subnet.azure, CUSTOM_DNS, [UPSTREAM, `--address=/${VAULT}/0.0.0.0`]);
    await subnet.vm.resolvers(CUSTOM_DNS);
    const outcome = await subnet.vm.probe(QUICK);
    blockedBy(t, outcome, {
      cause: 'dns-tampered',
      groups: ['key-vault'],
      failures: ['dns_bogus_address'],
    });
    t.strictSame(targetsOf(outcome, 'key-vault')[0]?.attempts, [], 'and are not dialled');
  });

  await t.test('with an IPv6 address alone', async (t) => {
    const record = [`--local=/${VAULT}/`, `--host-record=${VAULT},2603:1020::7`];
    await using _ = await dnsmasq(subnet.azure, CUSTOM_DNS, [UPSTREAM, ...record]);
    await subnet.vm.resolvers(CUSTOM_DNS);
    const outcome = await subnet.vm.probe(ONE_ATTEMPT);
    blockedBy(t, outcome, {
      cause: 'ipv6-only',
      groups: ['key-vault'],
      failures: ['tcp_unreachable'],
    });
    t.match(findingsOf(outcome, 'ipv6-only')[0]?.explanation, `Azure DNS (${AZURE_DNS}), asked directly`);
  });

  await t.test('that come from two servers behind one address, of which one lacks a zone', async (t) => {
    const [one, other] = ['10.2.0.4', '20.33.250.9'];
    await using _ = await dnsmasq(subnet.azure, one, [UPSTREAM]);
    await using __ = await dnsmasq(subnet.azure, other, [
      UPSTREAM,
      '--local=/windows.net/',
      '--local=/azure.net/',
    ]);
    await using ___ = await subnet.divert(
      `ip daddr ${CUSTOM_DNS} udp dport 53 dnat ip to numgen random mod 2 map { 0 : ${one}, 1 : ${other} }`,
    );
    await subnet.vm.resolvers(CUSTOM_DNS);
    const outcome = await subnet.vm.probe(QUICK);
    const [finding, ...more] = findingsOf(outcome, 'dns-answers-change');
    t.match(finding, { title: `DNS server ${CUSTOM_DNS} gives changing answers` }, 'finding', {
      stderr: outcome.stderr,
    });
    t.strictSame(more, [], 'once');
    t.match(outcome.report.controls.find(({ name }) => name === 'dns-second-answer')?.outcome, 'anomalous');
    await subnet.vm.resolvers(AZURE_DNS);
  });

  await t.test('for a region that is misspelt', async (t) => {
    await subnet.vm.resolvers(AZURE_DNS);
    const outcome = await subnet.vm.probe([...QUICK, '--region', 'westeurop']);
    t.equal(outcome.report.verdict, 'degraded', 'verdict', { stderr: outcome.stderr });
    t.match(outcome.report.findings, [
      { cause: 'region-mismatch', severity: 'warning', title: 'did you mean westeurope?' },
    ]);
    t.equal(outcome.report.findings.length, 1, 'one finding');
  });

  await t.test('that are the same each time', async (t) => {
    await using _ = await dnsmasq(subnet.azure, CUSTOM_DNS, [UPSTREAM]);
    await subnet.vm.resolvers(CUSTOM_DNS);
    const outcome = await subnet.vm.probe(QUICK);
    t.equal(outcome.report.verdict, 'ready', 'verdict', { stderr: outcome.stderr });
    t.strictSame(outcome.report.findings, []);
  });
});
