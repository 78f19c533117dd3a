import t from 'tap';
import { endsInBoundedMemory } from './bounded-memory.ts';
import { TLS } from './hostile-peers.ts';

endsInBoundedMemory(t, TLS);
