/** The documented table, and the effect of a VM in the subnet. */
import fc from 'fast-check';
import t from 'tap';
import { subnetCapacity } from '../../src/environment/subnet-capacity.ts';

/** “Virtual network injection resources: Azure API Management”: usable addresses and units of Premium, internal mode. */
const DOCUMENTED = [
  [29, 8, 3, 1],
  [28, 16, 11, 5],
  [27, 32, 27, 13],
  [26, 64, 59, 29],
  // The addresses suffice for 61, but the service allows 31.
  [25, 128, 123, 31],
  [24, 256, 251, 31],
] as const;

for (const [prefix, total, usable, units] of DOCUMENTED) {
  t.test(`a /${prefix} holds ${units} units of Premium`, async (t) => {
    t.same(subnetCapacity(prefix, 'premium', null, false), {
      tier: 'premium',
      units: 1,
      total,
      usable,
      needed: 3,
      vmInside: false,
      unitsThatFit: units,
      unitsWithoutVm: units,
    });
  });
}

for (const [prefix, units] of [
  [29, 0],
  [28, 4],
  [27, 12],
  [26, 28],
  [25, 31],
] as const) {
  t.test(`a /${prefix} with this VM in it holds ${units}`, async (t) => {
    const capacity = subnetCapacity(prefix, 'premium', null, true);
    t.match(capacity, { vmInside: true, unitsThatFit: units });
    t.equal(capacity.unitsWithoutVm, subnetCapacity(prefix, 'premium', null, false).unitsThatFit);
  });
}

t.test('Developer needs two addresses and has at most one unit', async (t) => {
  for (const prefix of [29, 28, 24]) {
    t.match(subnetCapacity(prefix, 'developer', null, true), {
      needed: 2,
      unitsThatFit: 1,
      unitsWithoutVm: 1,
    });
  }
});

t.test('a subnet below the minimum holds no unit', async (t) => {
  for (const prefix of [30, 31, 32]) {
    for (const tier of ['premium', 'developer'] as const) {
      t.match(subnetCapacity(prefix, tier, 1, true), { usable: 0, unitsThatFit: 0, unitsWithoutVm: 0 });
    }
  }
});

t.test('requested units are counted', async (t) => {
  t.match(subnetCapacity(28, 'premium', 5, false), { units: 5, needed: 11, usable: 11 });
  t.match(subnetCapacity(28, 'premium', 6, false), { units: 6, needed: 13, unitsThatFit: 5 });
});

t.test('the units that fit need no more addresses than are free, and one more does', async () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 8, max: 32 }),
      fc.constantFrom('premium', 'developer'),
      fc.boolean(),
      (prefix, tier, vmInside) => {
        const capacity = subnetCapacity(prefix, tier, null, vmInside);
        const needed = (units: number) => subnetCapacity(prefix, tier, units, vmInside).needed;
        const free = capacity.usable - (vmInside ? 1 : 0);
        const most = tier === 'premium' ? 31 : 1;
        if (capacity.unitsThatFit > 0 && needed(capacity.unitsThatFit) > free) return false;
        return capacity.unitsThatFit === most || needed(capacity.unitsThatFit + 1) > free;
      },
    ),
  );
});

t.test('the v2 tiers fit as their article counts', async (t) => {
  for (const [prefix, units] of [
    [27, 13],
    [26, 29],
    [25, 30],
    [24, 30],
  ] as const) {
    t.equal(subnetCapacity(prefix, 'premium-v2', null, false).unitsWithoutVm, units, `/${prefix}`);
  }
});
