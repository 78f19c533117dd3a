import t from 'tap';
import { endsInBoundedMemory } from './bounded-memory.ts';
import { DATAGRAM } from './hostile-peers.ts';

endsInBoundedMemory(t, DATAGRAM);
