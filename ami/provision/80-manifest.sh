#!/usr/bin/env bash
# What is in the image, for people, for the tags of the AMI, and for validate.sh to hold the image against.
set -euo pipefail
# shellcheck source=ami/provision/lib.sh
source "${INLET_BAKE:?}/provision/lib.sh"

commit=$(</opt/inlet/COMMIT)
version=$(jq -r .version /opt/inlet/package.json)
printf 'INLET_COMMIT=%s\n' "$commit" >/etc/inlet/image.env
chmod 644 /etc/inlet/image.env

files=(/usr/local/bin/node /opt/inlet/SHA256SUMS /etc/inlet/image.env)
while IFS= read -r -d '' file; do files+=("/$file"); done < <(cd "$INLET_BAKE/rootfs" && find . -type f -printf '%P\0' | sort -z)

# A package that stands in for the real one says so in its version.
jq --null-input \
  --arg commit "$commit" \
  --arg version "$version" \
  --arg builtAt "$(date --utc +%Y-%m-%dT%H:%M:%SZ)" \
  --arg architecture "$arch" \
  --arg node "$node_version" \
  --arg debian "$(</etc/debian_version)" \
  --rawfile packages <(dpkg-query --show --showformat '${Package}\t${Version}\n' | sort) \
  --rawfile checksums <(sha256sum "${files[@]}") \
  '{
    $commit, $version, $builtAt, $architecture, $node, $debian,
    packages: [$packages | splits("\n") | select(. != "") | split("\t") | {name: .[0], version: .[1]}],
    checksums: [$checksums | splits("\n") | select(. != "") | {key: .[66:], value: .[:64]}] | from_entries
  }
  | .standIns = [.packages[] | select(.version | test("stand.?in")) | .name]' \
  >/etc/inlet/manifest.json
chmod 644 /etc/inlet/manifest.json
