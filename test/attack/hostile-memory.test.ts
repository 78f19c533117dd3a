/** Memory under attack: as many hostile peers as the agent talks to at once, each kind, in less than 250 MB. */
import t from 'tap';
import { PROGRAM } from '../cli/program.ts';
import { CROWD, runAgainst } from './crowd.ts';
import { HOSTILE } from './hostile-peers.ts';

const MOST_MEGABYTES = 250;
/** Exit code of a run that tested nothing that API Management requires. */
const INCONCLUSIVE = 3;

for (const [name, peer] of Object.entries(HOSTILE)) {
  t.test(name, async (t) => {
    const { code, err, targets, notes, megabytes } = await runAgainst(PROGRAM, new Array(CROWD).fill(peer));
    t.ok(megabytes > 20, `it was measured: ${megabytes.toFixed(0)} MB`);
    t.ok(megabytes < MOST_MEGABYTES, `${megabytes.toFixed(0)} MB`);
    t.equal(code, INCONCLUSIVE, err);
    t.equal(targets.length, CROWD);
    t.same(
      notes.filter((note) => note.includes('defect')),
      [],
    );
    t.same(
      targets.filter(({ failure }) => failure === 'unexpected'),
      [],
    );
  });
}
