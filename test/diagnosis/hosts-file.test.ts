import t from 'tap';
import {
  attempt,
  azureDns,
  diagnoseTargets,
  environmentWith,
  failed,
  OTHER_SERVER,
  reached,
  resolved,
  SERVER,
  unanswered,
} from './build.ts';

const SQL = 'contoso.database.windows.net';
const GATEWAY = 'contoso.azure-api.net';
const HERE = { addressesFrom: 'hosts-file' } as const;
const entry = (host: string, address: string) => [{ host, addresses: [address] }];

t.test('an entry that differs from the answer of every server', async (t) => {
  const { single, causes } = diagnoseTargets({
    targets: [
      failed('sql', SQL, '10.9.9.9', 'tcp_timeout', {
        ...HERE,
        port: 1433,
        required: true,
        resolutions: [resolved('20.1.1.1'), unanswered('dns_nxdomain', { server: OTHER_SERVER })],
      }),
    ],
    controls: [azureDns({ [SQL]: '20.1.1.2' })],
    environment: environmentWith({ servers: [SERVER, OTHER_SERVER], overrides: entry(SQL, '10.9.9.9') }),
  });
  const finding = single('hosts-file-override');
  t.match(finding, {
    severity: 'error',
    owner: 'vm',
    title: `The hosts file decides where ${SQL} is, not DNS`,
  });
  t.match(
    finding.explanation,
    '/etc/hosts gives contoso.database.windows.net the address 10.9.9.9; 10.0.0.4 answers 20.1.1.1, 10.0.0.5 answers NXDOMAIN ' +
      'and 168.63.129.16 answers 20.1.1.2.',
  );
  t.equal(causes[`sql/${SQL}:1433`], 'hosts-file-override');
});

t.test('what is reached through it is a warning: others will not get there', async (t) => {
  const { single, causes } = diagnoseTargets({
    targets: [reached('sql', SQL, '10.9.9.9', { ...HERE, resolutions: [unanswered('dns_nxdomain')] })],
    environment: environmentWith({ overrides: entry(SQL, '10.9.9.9') }),
  });
  t.match(single('hosts-file-override'), { severity: 'warning', evidence: [`sql/${SQL}:443`] });
  t.equal(causes[`sql/${SQL}:443`], null);
});

t.test('an entry that one server agrees with is not an override', async (t) => {
  const targets = [reached('sql', SQL, '20.1.1.1', { ...HERE, resolutions: [resolved('20.1.1.1')] })];
  t.same(
    diagnoseTargets({ targets, environment: environmentWith({ overrides: entry(SQL, '20.1.1.1') }) })
      .findings,
    [],
  );
});

t.test('without a DNS answer an entry contradicts nothing', async (t) => {
  const { causes, findings } = diagnoseTargets({
    targets: [
      failed('sql', SQL, '10.9.9.9', 'tcp_timeout', { ...HERE, resolutions: [unanswered('dns_timeout')] }),
    ],
    environment: environmentWith({ overrides: entry(SQL, '10.9.9.9') }),
  });
  t.notOk(findings.some(({ cause }) => cause === 'hosts-file-override'));
  t.equal(causes[`sql/${SQL}:443`], 'outbound-dropped');
});

t.test('an entry that does not decide is none either', async (t) => {
  const targets = [reached('sql', SQL, '20.1.1.1', { addressesFrom: SERVER })];
  t.same(
    diagnoseTargets({ targets, environment: environmentWith({ overrides: entry(SQL, '10.9.9.9') }) })
      .findings,
    [],
  );
});

t.test('the gateway at its own address is the documented way to try it', async (t) => {
  const environment = environmentWith({ vip: '10.1.0.5', overrides: entry(GATEWAY, '10.1.0.5') });
  const missing = [unanswered('dns_nxdomain')];
  const working = diagnoseTargets({
    targets: [reached('gateway', GATEWAY, '10.1.0.5', { ...HERE, required: true, resolutions: missing })],
    environment,
  });
  t.match(working.single('hosts-file-override'), { severity: 'info' });
  t.match(working.single('gateway-record-missing'), { severity: 'warning' }, 'DNS is judged all the same');
  const failing = diagnoseTargets({
    targets: [
      failed('gateway', GATEWAY, '10.1.0.5', 'tls_reset', {
        ...HERE,
        resolutions: missing,
        attempts: [attempt('10.1.0.5', 'tls_reset')],
      }),
    ],
    environment,
  });
  t.equal(
    failing.causes[`gateway/${GATEWAY}:443`],
    'gateway-not-serving',
    'it does not hide what is wrong there',
  );
});
