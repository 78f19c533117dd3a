import t from 'tap';
import { openSilentPort } from '../../src/lab/silent-port.ts';
import { connecting } from './client-of-the-lab.ts';

t.test('answers nothing to several at once, again and again, until it is closed', async (t) => {
  const silent = await openSilentPort();
  for (let round = 0; round < 2; round += 1) {
    const attempts = [1, 2, 3].map(() => connecting(silent.port, 300));
    t.same(await Promise.all(attempts), ['silence', 'silence', 'silence']);
  }
  await silent.close();
  t.equal(await connecting(silent.port, 5000), 'ECONNREFUSED');
});
