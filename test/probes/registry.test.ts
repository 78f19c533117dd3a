import t from 'tap';
import { PROTOCOLS } from '../../probes/protocols.ts';
import { probeFor } from '../../probes/registry.ts';

t.test('the transport of each protocol', async (t) => {
  const spoken = Object.fromEntries(PROTOCOLS.map((protocol) => [protocol, probeFor(protocol).over]));
  t.same(spoken, {
    tcp: 'tcp',
    tls: 'tls',
    http: 'tcp',
    https: 'tls',
    tds: 'tcp',
    amqp: 'tcp',
    amqps: 'tls',
    smtp: 'tcp',
    kms: 'tcp',
    smb: 'tcp',
    redis: 'tcp',
    rediss: 'tls',
    ntp: 'nothing',
    dns: 'nothing',
    icmp: 'nothing',
  });
});
