/** Azure's documents of --from beside the lab: which rule or route explains what the run saw. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { runAgent } from '../../src/agent.ts';
import { load } from '../../src/config/load.ts';
import * as readers from '../../src/config/readers.ts';
import { startLab } from '../../src/lab/index.ts';
import { Report } from '../../src/model/report.ts';
import { judgeAgain } from '../../src/report/judge-again.ts';

const SQL = 'sql/labsql.database.windows.net:1433';
const VAULT = 'key-vault/labvault.vault.azure.net:443';
const NSG =
  '/subscriptions/00000000-0000-4000-8000-00000000d0e5/resourceGroups/net/providers/Microsoft.Network/networkSecurityGroups/apim-nsg';

/** As `az network nic list-effective-nsg` prints a rule. */
function written(
  name: string,
  priority: number,
  access: string,
  to: string,
  ports: string,
  direction = 'Outbound',
) {
  return {
    name: priority > 4096 ? `defaultSecurityRules/${name}` : `securityRules/${name}`,
    ...{ priority, access, direction, protocol: 'All' },
    sourceAddressPrefix: '0.0.0.0/0',
    destinationAddressPrefix: to,
    sourcePortRange: '0-65535',
    destinationPortRange: ports,
    expandedSourceAddressPrefix: null,
    expandedDestinationAddressPrefix: null,
  };
}

function effectiveNsg(...rules: readonly object[]): object {
  const open = [
    written('AllowAllInBound', 4000, 'Allow', '0.0.0.0/0', '0-65535', 'Inbound'),
    written('AllowInternetOutBound', 65001, 'Allow', '0.0.0.0/0', '0-65535'),
    written('DenyAllOutBound', 65500, 'Deny', '0.0.0.0/0', '0-65535'),
  ];
  return {
    value: [
      {
        association: {
          subnet: { id: `${NSG}/../vnet/subnets/apim` },
          networkInterface: null,
          networkManager: null,
        },
        networkSecurityGroup: { id: NSG },
        effectiveSecurityRules: [...rules, ...open],
      },
    ],
  };
}

function effectiveRoutes(prefix: string, nextHopType: string): object {
  const route = { name: null, state: 'Active', nextHopIpAddress: [] };
  return {
    value: [
      { ...route, source: 'Default', addressPrefix: ['0.0.0.0/0'], nextHopType: 'Internet' },
      { ...route, source: 'User', name: 'mine', addressPrefix: [prefix], nextHopType },
    ],
  };
}

async function play(t: Test, documents: Readonly<Record<string, object>>): Promise<Report> {
  const cwd = t.testdir({});
  for (const [file, document] of Object.entries(documents))
    writeFileSync(join(cwd, file), JSON.stringify(document));
  const lab = await startLab('sql-blocked');
  t.teardown(() => lab.close());
  const values = {
    ...lab.options,
    ...{ from: Object.keys(documents), only: ['sql', 'key-vault', 'dns'], timeout: 2000 },
  };
  const loaded = load({ flags: {}, env: {}, cwd, preset: { origin: 'the test', values } }, readers);
  const report = await runAgent(loaded, {
    signal: new AbortController().signal,
    roots: lab.roots,
    publicRoots: lab.publicRoots,
    lateAfter: lab.lateAfter,
  });
  return Report.parse(report);
}

function causesIn({ findings }: Report): string[] {
  return findings.map(({ cause }) => cause).sort();
}

/** The lab redirects every connection; without that fact, they were made to the addresses of the names. */
function asDialledDirectly(report: Report): Report {
  const targets = report.targets.map((target) => ({
    ...target,
    attempts: target.attempts.map(({ facts: { dialled: _dialled, ...facts }, ...rest }) => ({
      ...rest,
      facts,
    })),
  }));
  return { ...report, targets };
}

t.test('a rule that explains one target, and one that the run contradicts', async (t) => {
  const report = await play(t, {
    'nsg.json': effectiveNsg(
      written('no-sql', 300, 'Deny', '0.0.0.0/0', '1433-1433'),
      written('no-vault', 310, 'Deny', '0.0.0.0/0', '443-443'),
    ),
  });
  const direct = judgeAgain(asDialledDirectly(report));
  const [sql, vault] = [SQL, VAULT].map((id) => direct.targets.find((target) => target.id === id));
  t.match(sql, {
    cause: 'rule-denies',
    rule: { rule: 'no-sql', resource: NSG, document: 'nsg.json' },
    route: null,
  });
  t.match(vault, { cause: null, rule: { rule: 'no-vault', access: 'deny' } });
  // The other rule denies rows of the port table, which this run tests no endpoint of.
  const denied = ['rule-denies', 'rule-denies'];
  t.strictSame(
    causesIn(report),
    ['outbound-dropped', ...denied],
    'a redirected connection says nothing of the address',
  );
  t.strictSame(judgeAgain(report).findings, report.findings);
  t.strictSame(causesIn(direct), [...denied, 'rules-disagree']);
});

t.test('a route that explains it', async (t) => {
  const report = await play(t, {
    'nsg.json': effectiveNsg(),
    // Where the lab puts SQL.
    'routes.json': effectiveRoutes('13.69.0.0/16', 'None'),
  });
  const direct = judgeAgain(asDialledDirectly(report));
  t.match(
    direct.targets.find(({ id }) => id === SQL),
    {
      cause: 'route-misdirects',
      rule: { access: 'allow' },
      route: { name: 'mine', nextHopType: 'None' },
    },
  );
  t.strictSame(causesIn(direct), ['route-misdirects']);
  t.strictSame(causesIn(report), ['outbound-dropped']);
});

t.test('a prerequisite that is not met blocks, whatever was reached', async (t) => {
  const report = await play(t, {
    'subnet.json': {
      id: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/apim',
      name: 'apim',
      addressPrefix: '10.1.0.0/24',
      delegations: [{ name: '0', serviceName: 'Microsoft.Web/serverFarms' }],
      networkSecurityGroup: { id: NSG },
      ipConfigurations: [],
    },
  });
  const finding = report.findings.find(({ cause }) => cause === 'prerequisite-missing');
  t.match(finding, { severity: 'error', explanation: /apim is delegated to Microsoft\.Web\/serverFarms/ });
  t.match(
    report.preflight.find(({ check }) => check === 'subnet-delegation'),
    { outcome: 'not-met', evidence: /\(subnet\.json/ },
  );
  t.equal(report.verdict, 'blocked');
  t.strictSame(judgeAgain(report).findings, report.findings);
});
