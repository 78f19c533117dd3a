import t from 'tap';
import { NotSilentError, openSilentPort } from '../../src/lab/silent-port.ts';
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

t.test('a system that answers anyway gives its own error, and nothing stays open', async (t) => {
  // As many as a queue takes on Linux before it is full: here every one is answered.
  await t.rejects(openSilentPort(1), NotSilentError);
});
