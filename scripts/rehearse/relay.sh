#!/usr/bin/env bash
# Joins its standard input and output with a port of the loopback address until either side closes. QEMU starts
# one for each connection that the guest opens to a forwarded address.
set -euo pipefail

exec 3<>"/dev/tcp/127.0.0.1/${1:?the port to join}"
cat <&0 >&3 &
cat <&3 &
wait -n || true
# shellcheck disable=SC2046 # one word for each of the two
kill $(jobs -p) 2>/dev/null || true
