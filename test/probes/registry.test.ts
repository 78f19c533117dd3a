import t from 'tap';
import { PROTOCOLS } from '../../probes/protocols.ts';
import { probeFor } from '../../probes/registry.ts';

t.test('what each protocol is spoken with, and where it stops', async (t) => {
  const spoken = Object.fromEntries(
    PROTOCOLS.map((protocol) => {
      const choice = probeFor(protocol);
      return [protocol, choice === null ? null : [choice.probe.over, choice.stopsAt]];
    }),
  );
  t.same(spoken, {
    tcp: ['tcp', null],
    tls: ['tls', null],
    http: ['tcp', null],
    https: ['tls', null],
    tds: ['tcp', null],
    amqp: ['tcp', null],
    amqps: ['tls', null],
    smtp: ['tcp', null],
    kms: ['tcp', null],
    smb: ['tcp', null],
    redis: ['tcp', null],
    rediss: ['tls', null],
    ntp: null,
    dns: ['nothing', null],
    icmp: null,
  });
});
