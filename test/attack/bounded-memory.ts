/** Memory with as many hostile peers of each kind as the agent's concurrency: less than 250 MB. */
import type { Test } from 'tap';
import { PROGRAM } from '../cli/program.ts';
import { CROWD, type HostilePeer, runAgainst } from './crowd.ts';

const MOST_MEGABYTES = 250;
/** Exit code of a run that tested nothing that API Management requires. */
/** The scope has no required endpoint, so its verdict is degraded. */
const DEGRADED = 0;
/** ms of one step: long enough for all of them to be under way at once. */
const TIMEOUT = 2500;

/** One test a kind. */
export function endsInBoundedMemory(t: Test, kinds: Readonly<Record<string, HostilePeer>>): void {
  for (const [name, peer] of Object.entries(kinds)) {
    t.test(name, async (t) => {
      const peers = new Array(CROWD).fill(peer);
      const { code, err, targets, notes, megabytes } = await runAgainst(PROGRAM, peers, TIMEOUT);
      t.ok(megabytes > 20, 'it was measured');
      t.ok(megabytes < MOST_MEGABYTES, `${megabytes.toFixed(0)} MB`);
      t.equal(code, DEGRADED, err);
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
}
