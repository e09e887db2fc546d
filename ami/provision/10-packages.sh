#!/usr/bin/env bash
# Debian's packages, up to date as of the bake.
set -euo pipefail
# shellcheck source=ami/provision/lib.sh
source "${INLET_BAKE:?}/provision/lib.sh"

# shellcheck disable=SC1091
source /etc/os-release
[[ ${ID:-} == debian && ${VERSION_CODENAME:-} == "$debian_release" ]] ||
  fail "The image is made of Debian $debian_version ($debian_release), but this is ${PRETTY_NAME:-unknown}."

# Nothing that is installed here may start here: its state would end up in every instance.
printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d

packages=(
  awscli ca-certificates chrony cloud-guest-utils cloud-init curl jq logrotate openssh-server
  prometheus-node-exporter sudo unattended-upgrades xz-utils
)
apt_get update
apt_get dist-upgrade
apt_get install "${packages[@]}"
