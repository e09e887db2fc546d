#!/usr/bin/env bash
# Node from the official archive: the program alone. The image installs nothing, so it needs no npm.
set -euo pipefail
# shellcheck source=ami/provision/lib.sh
source "${INLET_BAKE:?}/provision/lib.sh"

archive=$(fetch "$node_url")
check_sha256 "$archive" "$node_sha256"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
tar -xf "$archive" -C "$folder" --strip-components 1 --wildcards '*/bin/node'
check_sha256 "$folder/bin/node" "$node_binary_sha256"
install -o root -g root -m 755 "$folder/bin/node" /usr/local/bin/node
found=$(/usr/local/bin/node --version)
[[ $found == "v$node_version" ]] || fail "/usr/local/bin/node is Node $found, not v$node_version."
