import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, rename } from 'node:fs/promises';
import path from 'node:path';
import { must, run } from './run-command.ts';

const mirror = 'http://deb.debian.org';

/** What Debian's cloud image has and the scripts build on, as far as it matters to a boot. */
const basePackages = [
  'apt-utils,ca-certificates,cloud-guest-utils,cloud-init,dbus,dhcpcd-base,e2fsprogs,fdisk,init,initramfs-tools',
  'iproute2,iputils-ping,kmod,less,libnss-resolve,libpam-systemd,linux-image-cloud-amd64,logrotate,netbase,netplan.io',
  'openssh-server,procps,sudo,systemd-resolved,systemd-sysv,tzdata,udev,vim-tiny,zstd',
].join(',');

async function exists(file: string): Promise<boolean> {
  return access(file, constants.R_OK).then(
    () => true,
    () => false,
  );
}

/** The archive of a bare Debian system, made once for each list of packages and kept in the folder. */
export async function debianBase(
  folder: string,
  release: string,
  log: (line: string) => void,
): Promise<string> {
  const key = createHash('sha256').update(`${release} ${basePackages}`).digest('hex').slice(0, 12);
  const archive = path.join(folder, `debian-${release}-${key}.tar`);
  if (await exists(archive)) {
    log(`the Debian system is taken from ${archive}`);
    return archive;
  }
  log(`mmdebstrap makes a Debian ${release} system`);
  const options = [
    '--variant=minbase',
    '--aptopt=APT::Install-Recommends "false"',
    `--include=${basePackages}`,
  ];
  const part = `${archive}.part.tar`;
  const sources = [
    `deb ${mirror}/debian ${release} main`,
    `deb ${mirror}/debian ${release}-updates main`,
    `deb ${mirror}/debian-security ${release}-security main`,
  ];
  await must('mmdebstrap', run('mmdebstrap', [...options, release, part, ...sources]));
  await rename(part, archive);
  return archive;
}
