/** The prerequisite that no lock stops the deployment. Pure. */

import { ofKind } from '../azure/documents/find.ts';
import { saveCommand } from '../azure/documents/save-command.ts';
import { few } from '../common/wording.ts';
import type { Known, Prerequisite } from './types.ts';

const SHOWN = 4;

export const locks: Prerequisite = {
  check: 'scope-locks',
  title: 'No lock keeps the deployment from changing the network',
  required: true,
  judge: (known) => {
    const found = ofKind(known.given, 'locks');
    const [first] = found;
    if (first === undefined) return null;
    const listed = found.flatMap(({ document }) => document.locks);
    const all = listed.filter(({ scope }) => isLocked(known, scope));
    const from = found.map((each) => each.given);
    if (all.length === 0) {
      const evidence = listed.length === 0 ? 'there is no lock' : 'no lock is of the network or the instance';
      return { outcome: 'met', evidence, from };
    }
    const named = all.map(({ name, level }) => `${name} (${level})`);
    return {
      outcome: 'not-met',
      required: all.some(({ level }) => /^ReadOnly$/i.test(level)),
      evidence: `${few(named, SHOWN)}: ReadOnly stops the deployment, CanNotDelete later changes of the network`,
      from,
    };
  },
  command: ({ vnet, subnet }) => {
    const id = vnet?.document.id ?? subnet?.document.id ?? null;
    const group = id === null ? null : (/\/resourceGroups\/([\w.-]{1,90})\//i.exec(id)?.[1] ?? null);
    return saveCommand('locks', `--resource-group ${group ?? 'GROUP'}`);
  },
};

/** Whether the scope of a lock has the network or the instance in it. Unless one is known, each group may have them. */
function isLocked({ vnet, subnet, publicIp, instance }: Known, scope: string | null): boolean {
  const ids = [
    vnet?.document.id,
    ...[subnet?.document.id, subnet?.document.nsg, subnet?.document.routeTable, subnet?.document.natGateway],
    publicIp?.document.id,
    ...[instance?.document.id, instance?.document.subnet],
  ].flatMap((id) => id?.toLowerCase() ?? []);
  if (scope === null) return true;
  if (ids.length === 0) return !/\/providers\//i.test(scope);
  const within = scope.toLowerCase();
  return ids.some((id) => `${id}/`.startsWith(`${within}/`));
}
