import { once } from 'node:events';
import net from 'node:net';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { type Listener, LOOPBACK } from './listeners.ts';

/** Held as text because a worker needs a program of its own, wherever this file was bundled to. */
const SLEEPING_LISTENER = `
  const { parentPort, workerData } = require('node:worker_threads');
  const server = require('node:net').createServer();
  server.listen({ port: 0, host: '${LOOPBACK}', backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    Atomics.wait(workerData, 0, 0);
    server.close();
  });
`;

/** Linux queues backlog + 1 connections; other systems some more. */
const MOST_FILLERS = 16;
const FULL_AFTER_MS = 50;

/** No port can be silent here: the scenario cannot be simulated. */
export class NotSilentError extends Error {
  override readonly name = 'NotSilentError';
}

/**
 * A port that answers nothing, as behind a firewall that drops: no SYN-ACK and no RST. Needs no privilege:
 * a listener whose thread sleeps accepts no connection, and once its queue is full the kernel drops every SYN.
 * @param most connections that the queue may take before it is full
 * @throws NotSilentError on a system that answers anyway, as Windows does
 */
export async function openSilentPort(most = MOST_FILLERS): Promise<Listener> {
  const gate = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  // The flags of this process are not for the worker: one that makes a module of its text would break it.
  const worker = new Worker(SLEEPING_LISTENER, { eval: true, execArgv: [], workerData: gate });
  const [port] = (await once(worker, 'message')) as [number];
  const fillers: net.Socket[] = [];
  const close = async () => {
    for (const socket of fillers) socket.destroy();
    Atomics.store(gate, 0, 1);
    Atomics.notify(gate, 0);
    await worker.terminate();
  };
  while (fillers.length < most) {
    const socket = net.connect({ port, host: LOOPBACK });
    socket.on('error', () => socket.destroy());
    fillers.push(socket);
    if (!(await isAnswered(socket))) return { port, close };
  }
  await close();
  throw new NotSilentError('this system answers connections to a full queue, so nothing on it can be silent');
}

/** Whether the connection is completed or refused; a full queue does neither. */
async function isAnswered(socket: net.Socket): Promise<boolean> {
  const connected = once(socket, 'connect').catch(() => undefined);
  await Promise.race([connected, pause(FULL_AFTER_MS)]);
  // This thread may have been delayed: process the system's pending answers first.
  await nextTurn();
  return !socket.connecting;
}
