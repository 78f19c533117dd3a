/** Peak memory of the agent with a hostile peer on every concurrent connection. */
import { CROWD, runAgainst } from '../test/attack/crowd.ts';
import { DATAGRAM, HTTP_BODY, HTTP_HEAD, TEXT, TLS } from '../test/attack/hostile-peers.ts';
import { bundle } from './bundle.ts';
import { say } from './measure.ts';

const GOAL = 250;
const command = await bundle();
const wanted = process.argv[2] ?? '';

process.stdout.write(`${CROWD} hostile peers at once (goal: under ${GOAL} MB)\n`);
let worst = 0;
for (const [name, peer] of Object.entries({ ...HTTP_BODY, ...HTTP_HEAD, ...TEXT, ...TLS, ...DATAGRAM })) {
  if (!name.includes(wanted)) continue;
  const { megabytes, seconds, code, targets } = await runAgainst(command, new Array(CROWD).fill(peer));
  worst = Math.max(worst, megabytes);
  const failures = [...new Set(targets.map(({ failure }) => failure ?? 'none'))].join(' ');
  say(
    name.slice(0, 54).padEnd(56),
    `${megabytes.toFixed(0)} MB`,
    `${seconds.toFixed(1)} s`,
    `exit ${code}`,
    `  ${failures}`,
  );
}
say('the worst', `${worst.toFixed(0)} MB`);
