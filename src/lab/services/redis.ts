import type { Socket } from 'node:net';

/** One command as clients send it: an array of bulk strings, of which the first is the name. */
const COMMAND = /^\*\d+\r\n\$\d+\r\n(\w+)\r\n(?:\$\d+\r\n.*\r\n)*/;

const REPLIES: Readonly<Record<string, string>> = {
  AUTH: '-WRONGPASS invalid username-password pair or user is disabled.\r\n',
  QUIT: '+OK\r\n',
};
const NO_AUTHENTICATION = '-NOAUTH Authentication required.\r\n';

/** A cache that requires a password, and accepts none. */
export function redis(socket: Socket): void {
  let received = '';
  socket.setEncoding('latin1');
  socket.on('data', (text: string) => {
    received += text;
    for (let command = COMMAND.exec(received); command !== null; command = COMMAND.exec(received)) {
      received = received.slice(command[0].length);
      const name = command[1]?.toUpperCase() ?? '';
      socket.write(REPLIES[name] ?? NO_AUTHENTICATION);
      if (name === 'QUIT') socket.end();
    }
    if (received.length > 4096) socket.destroy();
  });
}
