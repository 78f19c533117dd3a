import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
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

/**
 * A port that answers nothing, as behind a firewall that drops: no SYN-ACK and no RST. Needs no privilege:
 * a listener whose thread sleeps accepts nobody, and once its queue is full the kernel drops every further SYN.
 */
export async function openSilentPort(): Promise<Listener> {
  const gate = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const worker = new Worker(SLEEPING_LISTENER, { eval: true, workerData: gate });
  const [port] = (await once(worker, 'message')) as [number];
  const fillers = await fillQueue(port);
  return {
    port,
    async close() {
      for (const socket of fillers) socket.destroy();
      Atomics.store(gate, 0, 1);
      Atomics.notify(gate, 0);
      await worker.terminate();
    },
  };
}

async function fillQueue(port: number): Promise<readonly net.Socket[]> {
  const fillers: net.Socket[] = [];
  while (fillers.length < MOST_FILLERS) {
    const socket = net.connect({ port, host: LOOPBACK });
    socket.on('error', () => socket.destroy());
    const connected = await Promise.race([
      once(socket, 'connect').then(() => true),
      pause(FULL_AFTER_MS).then(() => false),
    ]);
    if (!connected) {
      socket.destroy();
      return fillers;
    }
    fillers.push(socket);
  }
  for (const socket of fillers) socket.destroy();
  throw new Error('this system completes every connection: a silent port cannot be made on it');
}
