import t from 'tap';
import { diagnose } from '../../src/diagnosis/index.ts';
import { vipNotes } from '../../src/diagnosis/vip-notes.ts';
import { observations } from './build.ts';

const interfaces = [{ name: 'eth0', address: '10.0.1.40', prefixLength: 27, family: 4 as const }];
const network = (vip: string | null, subnet: string | null = '10.0.1.32/27') => ({
  interfaces,
  subnet,
  subnetCapacity: null,
  vip,
});

t.test('an impossible virtual IP, or one outside the subnet, gets a note', async (t) => {
  const notesOf = (...given: Parameters<typeof network>) => vipNotes(network(...given));
  t.same(notesOf('10.0.1.36'), []);
  t.same(notesOf('10.0.1.62'), []);
  t.same(notesOf('10.0.1.40'), [
    '--vip 10.0.1.40 is an address of this VM itself, so it cannot be the gateway’s',
  ]);
  for (const vip of ['10.0.1.32', '10.0.1.33', '10.0.1.34', '10.0.1.35', '10.0.1.63']) {
    t.same(notesOf(vip), [
      `--vip ${vip} cannot be the gateway’s: it is one of the five that Azure reserves in every subnet (the first ` +
        'four and the last), here 10.0.1.32/27',
    ]);
  }
  for (const vip of ['10.0.1.64', '10.0.1.31'])
    t.match(notesOf(vip), [
      `--vip ${vip} lies outside of the subnet 10.0.1.32/27: right when the instance is`,
    ]);
  t.same(notesOf(null), []);
  t.same(notesOf('10.9.9.9', null), [], 'without a subnet there is nothing to compare with');
  t.same(notesOf('10.9.9.9', 'nonsense'), [], 'nor with one that cannot be read');
  t.same(notesOf('fd00::5'), [], 'an IPv6 address does not lie in an IPv4 subnet, and is not wrong');
});

t.test('a note that the report has already is not repeated', async (t) => {
  const given = observations({ targets: [], environment: { network: network('10.0.1.40') } });
  const { notes } = diagnose(given);
  t.equal(notes.length, 1);
  t.same(diagnose({ ...given, environment: { ...given.environment, notes: [...notes] } }).notes, []);
});
