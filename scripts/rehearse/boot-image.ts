import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { networkInterface } from './instance-metadata.ts';
import { pressPowerButton } from './qemu-monitor.ts';

interface BootOptions {
  /** The root that the disk was made of: kernel and initial RAM disk are taken from it. */
  root: string;
  /** Made by `makeDisk`. It is not written to, so that several machines can boot from it. */
  disk: string;
  /** For the console log and a socket. */
  folder: string;
  /** Port of the loopback address where the instance metadata service of this machine listens. */
  imdsPort: number;
  /** Port of the loopback address where what stands in for AWS listens. */
  awsPort: number;
  /** Port of the loopback address that leads to the API in the machine. */
  apiPort: number;
  /** Writes the whole journal to the console, not only what EC2's console would show. */
  journalOnConsole?: boolean;
}

/** A machine that runs. */
export interface BootedImage {
  /** Everything that came to the serial console so far, which is what EC2 calls the console output. */
  console(): Promise<string>;
  /** Resolves with the first match on the console. Rejects if the machine ends before. */
  onConsole(pattern: RegExp): Promise<RegExpExecArray>;
  /** Whether it runs. */
  running(): boolean;
  /** Shuts the machine down as the power button does, and waits until it is off. */
  powerOff(): Promise<void>;
  /** Pulls the plug. Does nothing if it is off. */
  pullPlug(): Promise<void>;
}

const relay = path.join(import.meta.dirname, 'relay.sh');

/** Where the machine finds AWS. In the same network as all the rest, see `network`. */
const awsAddress = '172.31.0.4';

/**
 * The least that has what x86-64-v2 asks for. A newer one also has vectors of 256 bits, which libraries then use
 * and which take longer to emulate: a fifth of a boot.
 */
const processor = 'Nehalem';

/** EC2's mark on a machine: cloud-init asks the metadata service only if it finds `ec2` here. */
const uuid = 'ec2e1916-9099-7caf-fd21-012345abcdef';

/**
 * The network that QEMU makes up for the machine, without any privilege. It reaches from 160.0.0.0 to
 * 175.255.255.255, so that both the address that the machine gets and 169.254.169.254 are in it: QEMU forwards
 * only addresses of its own network. `restrict` cuts off everything that is not forwarded, so nothing that the
 * machine does leaves this computer.
 */
function network({ imdsPort, awsPort, apiPort }: BootOptions): string {
  const command = (port: number) => `cmd:'${relay}' ${port}`.replaceAll(',', ',,');
  return [
    'user,id=net,ipv6=off,restrict=on,net=160.0.0.0/4,host=172.31.0.2,dns=172.31.0.3',
    `dhcpstart=${networkInterface.address}`,
    `hostfwd=tcp:127.0.0.1:${apiPort}-${networkInterface.address}:3000`,
    `guestfwd=tcp:169.254.169.254:80-${command(imdsPort)}`,
    `guestfwd=tcp:${awsAddress}:80-${command(awsPort)}`,
  ].join(',');
}

/** systemd gives what `systemd.setenv` sets to every service (kernel-command-line(7)): nothing in the image changes. */
function kernelCommandLine({ journalOnConsole }: BootOptions): string {
  const words = [
    'root=/dev/vda',
    'rw',
    'console=ttyS0',
    `systemd.setenv=AWS_ENDPOINT_URL=http://${awsAddress}`,
  ];
  if (journalOnConsole) words.push('systemd.journald.forward_to_console=1');
  return words.join(' ');
}

async function newest(folder: string, prefix: string): Promise<string> {
  const found = (await readdir(folder)).filter((name) => name.startsWith(prefix)).sort();
  const name = found.at(-1);
  if (!name) throw new Error(`There is no ${prefix}* in ${folder}: the root has no kernel.`);
  return path.join(folder, name);
}

/**
 * Boots a disk as an EC2 instance would: cloud-init finds the metadata service at its address, takes the user
 * data from it and runs them. The processor is emulated, so it needs no KVM and is some ten times slower than EC2.
 */
export async function bootImage(options: BootOptions): Promise<BootedImage> {
  const { root, disk, folder } = options;
  const boot = path.join(root, 'boot');
  const consoleFile = path.join(folder, 'console.log');
  const monitor = path.join(folder, 'qemu.sock');
  const machine = [
    ['-accel', 'tcg,thread=multi', '-cpu', processor, '-smp', '2', '-m', '2048'],
    ['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot'],
    ['-kernel', await newest(boot, 'vmlinuz-'), '-initrd', await newest(boot, 'initrd.img-')],
    ['-append', kernelCommandLine(options)],
    ['-uuid', uuid, '-smbios', `type=1,manufacturer=Amazon EC2,product=t3.small,serial=${uuid}`],
    ['-drive', `file=${disk},format=raw,if=virtio,snapshot=on,cache=unsafe`],
    ['-netdev', network(options), '-device', `virtio-net-pci,netdev=net,mac=${networkInterface.mac}`],
    [
      '-device',
      'virtio-rng-pci',
      '-serial',
      `file:${consoleFile}`,
      '-qmp',
      `unix:${monitor},server=on,wait=off`,
    ],
  ].flat();
  // setpriv has the kernel end the machine with the process that started it, however that ends.
  const command = ['--pdeathsig', 'KILL', 'qemu-system-x86_64', ...machine];
  const qemu = spawn('setpriv', command, { stdio: ['ignore', 'ignore', 'pipe'] });
  let complaints = '';
  qemu.stderr.on('data', (part) => {
    complaints += part;
  });
  let off = false;
  const gone = once(qemu, 'close').finally(() => {
    off = true;
  });
  await once(qemu, 'spawn');

  const console = () => readFile(consoleFile, 'utf8').catch(() => '');
  return {
    console,
    async onConsole(pattern) {
      for (;;) {
        // What came last may be complete only once the machine is off.
        const last = off;
        const match = pattern.exec(await console());
        if (match) return match;
        if (last) throw new Error(`The machine ended without ${pattern} on its console. ${complaints}`);
        await delay(200);
      }
    },
    running: () => !off,
    async powerOff() {
      if (!off) await pressPowerButton(monitor);
      await gone;
    },
    async pullPlug() {
      if (!off) qemu.kill('SIGKILL');
      await gone;
    },
  };
}
