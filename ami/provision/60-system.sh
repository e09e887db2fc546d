#!/usr/bin/env bash
# The files of rootfs/ and which units start at boot.
set -euo pipefail
# shellcheck source=ami/provision/lib.sh
source "${INLET_BAKE:?}/provision/lib.sh"

# What is executable in rootfs/ is so in the image; everything belongs to root.
(cd "$INLET_BAKE/rootfs" && find . -type f -printf '%P\0') | while IFS= read -r -d '' file; do
  mode=644
  [[ ! -x $INLET_BAKE/rootfs/$file ]] || mode=755
  install -D -o root -g root -m "$mode" "$INLET_BAKE/rootfs/$file" "/$file"
done

enabled=(inlet inlet-log amazon-ssm-agent amazon-cloudwatch-agent chrony prometheus-node-exporter ssh)
[[ ! -f /etc/systemd/system/inlet-lifecycle.service ]] || enabled+=(inlet-lifecycle)
systemctl enable --quiet "${enabled[@]/%/.service}"

# Instances are replaced, not patched: updates at boot would take CPU, and the lock of dpkg, from a machine that is
# asked to serve. Whoever wants them on a long-lived instance: systemctl enable --now apt-daily.timer
# apt-daily-upgrade.timer.
systemctl disable --quiet apt-daily.timer apt-daily-upgrade.timer
for timer in dpkg-db-backup man-db e2scrub_all; do
  if [[ -f /usr/lib/systemd/system/$timer.timer ]]; then
    systemctl disable --quiet "$timer.timer"
  fi
done
