/** Locks of resources: `az lock list`. */
import { fields, listOf, requiredText, text } from './fields.ts';
import type { Locks } from './types.ts';

const Lock = fields({ id: text, lockId: text, name: text, level: requiredText }).transform((lock) => {
  const id = lock.lockId ?? lock.id;
  return {
    name: lock.name ?? id?.split('/').at(-1) ?? 'without a name',
    level: lock.level,
    scope: id?.replace(/\/providers\/Microsoft\.Authorization\/locks\/[^/]*$/i, '') ?? null,
  };
});

export const LockList = listOf(Lock).transform((locks): Locks => ({ kind: 'locks', locks }));
