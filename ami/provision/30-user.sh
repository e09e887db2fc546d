#!/usr/bin/env bash
# The user of the service: no shell, no home, no password. Its folders below /run and /var/lib are the unit's.
set -euo pipefail

if ! getent passwd inlet >/dev/null; then
  useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin \
    --comment 'Inlet' inlet
fi
install -d -o root -g inlet -m 750 /etc/inlet
