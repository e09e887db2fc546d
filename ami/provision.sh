#!/usr/bin/env bash
# Makes a Debian system into the image: runs the scripts of provision/ in their order. The same scripts run on the
# instance that Packer starts and in a chroot, as root; nothing in them needs a running systemd. Each may run again.
#
#   provision.sh         everything but the last step
#   provision.sh seal    the last step: removes what belongs to this machine. Nothing may run here after it but
#                        validate.sh, which the removed keys would otherwise lock out.
#
# Expects beside it: bundle.tar.gz (made by bundle.sh), versions.sh, rootfs/, and in INLET_DOWNLOADS (default
# /var/tmp/inlet-downloads) what need not be downloaded.
set -euo pipefail

INLET_BAKE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export INLET_BAKE INLET_DOWNLOADS=${INLET_DOWNLOADS:-/var/tmp/inlet-downloads}
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
umask 022
cd /

if [[ $(id -u) != 0 ]]; then
  echo 'provision.sh must run as root.' >&2
  exit 2
fi

case ${1:-} in
  '') first=1 last=8 ;;
  seal) first=9 last=9 ;;
  *)
    echo 'Usage: provision.sh [seal]' >&2
    exit 2
    ;;
esac

for script in "$INLET_BAKE"/provision/[0-9]*.sh; do
  name=$(basename "$script")
  if [[ ${name:0:1} -lt $first || ${name:0:1} -gt $last ]]; then continue; fi
  printf '==> %s\n' "$name"
  if ! bash "$script"; then
    echo "$name failed; the image is not complete." >&2
    exit 1
  fi
done
