#!/usr/bin/env bash
# Removes what belongs to the machine that was baked on, or to whoever baked: keys, identity, logs, caches.
set -euo pipefail
# shellcheck source=ami/provision/lib.sh
source "${INLET_BAKE:?}/provision/lib.sh"

# A bake that is reached through the SSM agent cannot stop it.
if [[ -d /run/systemd/system ]]; then
  systemctl stop amazon-cloudwatch-agent prometheus-node-exporter || true
  [[ ${INLET_KEEP_SSM_AGENT:-} == 1 ]] || systemctl stop amazon-ssm-agent
fi

cloud-init clean --logs --seed --configs all
rm -f /etc/sudoers.d/90-cloud-init-users

# Who may come in, and who this machine is.
rm -f /etc/ssh/ssh_host_*
find /root /home -xdev \( -name authorized_keys -o -name 'authorized_keys?' -o -name known_hosts -o -name 'id_*' \) \
  -path '*/.ssh/*' -delete
rm -rf /root/.aws /root/.gnupg /root/.cache /home/*/.aws /home/*/.gnupg /home/*/.cache
find /root /home -xdev -maxdepth 2 -name '.*_history' -delete
find /root /home -xdev -maxdepth 2 \( -name .lesshst -o -name .viminfo -o -name .wget-hsts -o -name .sudo_as_admin_successful \) -delete
# Empty, not "uninitialized": that would be a first boot to systemd, which then applies its presets to all units.
: >/etc/machine-id
rm -f /var/lib/dbus/machine-id /var/lib/systemd/random-seed /var/lib/systemd/credential.secret
rm -rf /var/lib/amazon/ssm /var/lib/chrony/*.drift /var/lib/dhcp/*.leases /var/lib/systemd/timesync/clock

# What the bake left.
apt-get clean
rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/cache/debconf/*-old /var/backups/*
rm -f /usr/sbin/policy-rc.d
find /var/log -xdev -type f \( -name '*.gz' -o -name '*.[0-9]' -o -name '*.old' -o -name '*.journal*' \) -delete
find /var/log -xdev -type f -exec truncate --size 0 {} +
rm -rf /var/log/journal/* "$INLET_DOWNLOADS"
find /tmp /var/tmp -xdev -mindepth 1 -delete 2>/dev/null || true
sync
