import { type Ran, type RunOptions, run } from './run-command.ts';

/**
 * Runs a command in the root, in namespaces of its own: whatever it mounts or starts is gone when it ends, even by
 * kill -9. `/run` is a tmpfs, as on a machine that runs, and has the folder `bake` in it. With `scratch` the root is
 * left as it is: what the command changes goes to an overlay in the memory.
 */
export function enterRoot(
  { root, bake, scratch = false }: { root: string; bake: string; scratch?: boolean },
  script: string,
  options?: RunOptions,
): Promise<Ran> {
  const setUp = `
    set -eu
    root=$1 bake=$2
    if [ "$3" = scratch ]; then
      layer=$(mktemp -d)
      trap 'umount -R "$layer" 2>/dev/null; rmdir "$layer"' EXIT
      mount -t tmpfs tmpfs "$layer"
      mkdir "$layer/upper" "$layer/work" "$layer/root"
      mount -t overlay overlay -o "lowerdir=$root,upperdir=$layer/upper,workdir=$layer/work" "$layer/root"
      root=$layer/root
    else
      mount --bind "$root" "$root"
    fi
    mount -t proc proc "$root/proc"
    mount -t sysfs -o ro sysfs "$root/sys"
    mount --rbind /dev "$root/dev"
    mount -t tmpfs -o mode=755 tmpfs "$root/run"
    mkdir -p "$root/run/inlet-bake" "$root/run/lock" "$root/run/systemd/resolve"
    cp /etc/resolv.conf "$root/run/systemd/resolve/stub-resolv.conf"
    mount --bind -o ro "$bake" "$root/run/inlet-bake"
    resolver=$root/etc/resolv.conf
    [ -L "$resolver" ] || { touch "$resolver"; mount --bind /etc/resolv.conf "$resolver"; }
    chroot "$root" /bin/bash -euo pipefail -c "$4"`;
  const namespaces = ['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child'];
  return run(
    'unshare',
    [...namespaces, '/bin/sh', '-c', setUp, 'enter', root, bake, scratch ? 'scratch' : 'real', script],
    options,
  );
}
