import { CUSTOM_DNS } from './azure.ts';
import { targetsOf } from './judge.ts';
import { ARGUMENTS, type Scene, scene } from './scene.ts';

const PORT = 8888;

const RUN = [...ARGUMENTS, '--only', 'certificates'];

const body: Scene = async (t, subnet) => {
  await using responder = subnet.azure.serve(subnet.authority.ocspResponder(PORT));
  await responder.until(async () =>
    [...(await subnet.azure.listening())].some((endpoint) => endpoint.endsWith(`:${PORT}`)),
  );
  // Openssl's responder takes the whole path for the request, so only a host without one will do.
  const host = 'ocsp.digicert.com';
  await using _divert = await subnet.divert(
    `ip daddr ${subnet.addressOf(host)} tcp dport 80 dnat ip to ${CUSTOM_DNS}:${PORT}`,
  );
  const outcome = await subnet.vm.probe(RUN);
  t.match(
    targetsOf(outcome, 'certificates').find((target) => target.host === host),
    {
      status: /^reachable$/,
      attempts: [
        {
          facts: {
            proof: 'reply',
            contentProved: true,
            http: { headers: { 'content-type': 'application/ocsp-response' } },
          },
        },
      ],
    },
  );
};

await scene('an OCSP responder', [], body, { args: RUN });
