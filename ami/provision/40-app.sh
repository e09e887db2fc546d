#!/usr/bin/env bash
# The app as bundle.sh packed it, owned by root: the service can read it, not change it.
set -euo pipefail
# shellcheck source=ami/provision/lib.sh
source "${INLET_BAKE:?}/provision/lib.sh"

bundle=$INLET_BAKE/bundle.tar.gz
[[ -f $bundle ]] || fail "There is no $bundle; make it with ami/bundle.sh."

rm -rf /opt/inlet
install -d -o root -g root -m 755 /opt/inlet
tar -xzf "$bundle" -C /opt/inlet --no-same-owner --no-same-permissions
chmod -R u=rwX,go=rX /opt/inlet
(cd /opt/inlet && sha256sum --check --quiet --strict SHA256SUMS) || fail 'The bundle is not what bundle.sh packed.'
