/** Connects to a range of loopback ports with nothing around it, 256 at once: `node bare-loop.ts FIRST COUNT`. */
import { connect } from 'node:net';

const [first = 10_000, count = 1_000] = process.argv.slice(2).map(Number);
/** As the default of --concurrency. */
const MOST = 256;
let [next, reached] = [first, 0];

function connectNext(): void {
  if (next === first + count) return;
  const socket = connect(next, '127.0.0.1', () => {
    reached += 1;
    socket.destroy();
  });
  next += 1;
  socket.on('error', () => undefined).on('close', connectNext);
}

for (let open = 0; open < MOST; open += 1) connectNext();
process.on('exit', () => {
  if (reached !== count) process.exitCode = 1;
});
