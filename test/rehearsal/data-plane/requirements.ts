import { command } from './command.ts';

/** Debian's names of the packages, by the program that is needed. */
const tools = { ip: 'iproute2', haproxy: 'haproxy', prometheus: 'prometheus' };

const isThere = (program: string) =>
  command('sh', '-c', 'command -v "$1"', 'sh', program).then(
    () => true,
    () => false,
  );

async function findReason(): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'it needs the network namespaces of Linux';
  if (process.getuid?.() !== 0) return 'it needs root, to make network namespaces';
  const missing: string[] = [];
  for (const [program, name] of Object.entries(tools)) if (!(await isThere(program))) missing.push(name);
  if (missing.length > 0) return `these Debian packages are missing: ${missing.join(', ')}`;
  try {
    await command('unshare', '--net', 'ip', 'link', 'add', 'probe', 'type', 'bridge');
    return undefined;
  } catch {
    return 'this kernel, or this container, makes no network namespaces with bridges';
  }
}

/**
 * Why the data plane cannot be rehearsed here, or undefined. With INLET_REQUIRE_REHEARSAL=1 that is an error
 * instead of a reason to skip it.
 */
export async function whyNotHere(): Promise<string | undefined> {
  const reason = await findReason();
  if (reason !== undefined && process.env.INLET_REQUIRE_REHEARSAL === '1')
    throw new Error(`The data plane cannot be rehearsed: ${reason}.`);
  return reason;
}
