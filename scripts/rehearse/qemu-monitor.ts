import { once } from 'node:events';
import { connect } from 'node:net';

/** Presses the power button of a machine whose QEMU listens for commands (QMP) on a Unix socket. */
export async function pressPowerButton(socketPath: string): Promise<void> {
  const socket = connect(socketPath);
  socket.setEncoding('utf8');
  await once(socket, 'connect');
  // QEMU greets, and takes commands only after this one.
  socket.write('{"execute":"qmp_capabilities"}\n{"execute":"system_powerdown"}\n');
  let answers = 0;
  let line = '';
  socket.on('data', (part: string) => {
    line += part;
    answers = line.split('"return"').length - 1;
    if (answers === 2) socket.end();
  });
  await once(socket, 'close');
  if (answers < 2) throw new Error(`QEMU did not press the power button: ${line}`);
}
