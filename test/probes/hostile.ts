/** Misbehaving peers for every protocol in which the client sends first. */
import t from 'tap';
import type { Protocol } from '../../probes/protocols.ts';
import {
  closes,
  closesAfterData,
  drips,
  floods,
  resetsAfterData,
  sends,
  sendsAndCloses,
  sendsAndResets,
  silent,
  tlsAlert,
} from '../servers/behaviours.ts';
import { openPeer } from '../servers/peer.ts';
import { tryOnce } from './try.ts';

const STEP_MS = 800;

/** Of a test whose own tests run beside each other, because most of the time they wait. */
export const TOGETHER = { jobs: 8 } as const;

export interface Sample {
  /** A valid reply. */
  readonly reply: Uint8Array;
  /** A number of its bytes that is not enough to decode it. */
  readonly cutAt: number;
  /** The beginning of a message that is too long. */
  readonly tooLong: Uint8Array;
  /** The first bytes of a peer that never stops. */
  readonly flood: string;
}

/** Each ends within the step's timeout, in the right failure, with the connection as evidence. */
export function endsWithEveryHostilePeer(protocol: Protocol, { reply, cutAt, tooLong, flood }: Sample): void {
  t.test(`${protocol}: misbehaving peers`, TOGETHER, async (t) => {
    const part = reply.subarray(0, cutAt);
    for (const [name, failure, behave] of [
      ['says nothing', 'protocol_timeout', silent],
      ['closes at once', 'protocol_closed', closes],
      ['closes after the first data', 'protocol_closed', closesAfterData],
      ['resets after the first data', 'protocol_closed', resetsAfterData],
      ['closes in the middle', 'protocol_closed', sendsAndCloses(part)],
      ['resets in the middle', 'protocol_closed', sendsAndResets(part)],
      ['stops in the middle', 'protocol_timeout', sends(part)],
      ['sends a byte now and then', 'protocol_timeout', drips(reply, 250)],
      ['speaks HTTP', 'protocol_mismatch', sendsAndCloses('HTTP/1.1 400 Bad Request\r\n\r\n')],
      ['speaks TLS', 'protocol_mismatch', sends(tlsAlert(10))],
      ['speaks first, as SMTP does', 'protocol_mismatch', (socket) => void socket.write('220 mail.test\r\n')],
      ['echoes our bytes', 'protocol_mismatch', (socket) => void socket.pipe(socket)],
      ['announces more than the limit', 'protocol_mismatch', sends(tooLong)],
      ['never stops', 'protocol_mismatch', floods(flood, 'x', 64 * 1024 * 1024)],
    ] as const satisfies readonly (readonly [string, string, Parameters<typeof openPeer>[1]])[]) {
      t.test(`a peer that ${name}`, async (t) => {
        const peer = await openPeer(t, behave);
        const tried = await tryOnce(protocol, peer, { stepMs: STEP_MS });
        t.match(tried, { failure, steps: ['connect', '✗handshake'] });
        t.equal(tried.facts.proof, 'connect');
        t.ok(tried.ms < 10 * STEP_MS);
        await peer.deserted();
        t.ok(peer.sent() < 16 * 1024 * 1024, 'and reading stops');
      });
    }
  });
}
