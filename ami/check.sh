#!/usr/bin/env bash
# Checks what is in this folder without baking: shell scripts, Packer's template with the real plugin, units, the
# agent's configuration. What is missing of Packer is built from the Go module proxy into .tools/, which is kept; no
# other place on the internet is needed. Needs shellcheck, shfmt, systemd-analyze, jq, and Go, as old as 1.16: it
# fetches the newer one that Packer asks for.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

arch=amd64
# shellcheck source=ami/versions.sh
source ami/versions.sh
tools=$PWD/.tools
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

step() { printf '==> %s\n' "$*"; }

# Programs in the image have no extension; their first line says what they are.
shell_scripts=(ami/*.sh ami/provision/*.sh)
while IFS= read -r -d '' file; do
  [[ $(head -n 1 "$file") != '#!'*sh ]] || shell_scripts+=("$file")
done < <(find ami/rootfs -type f -print0)

# Runs the Go that the module needs. Since 1.21 Go fetches it by itself; an older one can at least download it.
go_command() {
  local toolchain version
  export GOTOOLCHAIN=auto GOFLAGS=-mod=readonly
  version=$(go env GOVERSION)
  version=${version#go}
  if [[ $(printf '%s\n' 1.21 "$version" | sort -V | head -n 1) == 1.21 ]]; then
    go "$@"
    return
  fi
  toolchain=golang.org/toolchain@v0.0.1-go$go_version.linux-$(go env GOARCH)
  toolchain=$(cd "$work" && go mod download -json "$toolchain" | jq -r .Dir)
  # The files of a module are not executable.
  chmod -R +x "$toolchain/bin" "$toolchain/pkg/tool"
  GOROOT=$toolchain "$toolchain/bin/go" "$@"
}

# Downloads a module and builds its main package. Not `go install`, which asks for the list of all versions.
build() { # <module> <version> <program>
  local folder
  [[ ! -x $tools/$3-$2 ]] || return 0
  step "building $3 $2"
  mkdir -p "$tools"
  folder=$(cd "$work" && go_command mod download -json "$1@v$2" 2>/dev/null | jq -r '.Dir // empty')
  [[ -n $folder ]] || { echo "$1 $2 cannot be downloaded from the Go module proxy." >&2 && return 1; }
  (cd "$folder" && go_command build -o "$tools/$3-$2.part" . 2> >(grep -v '^go: downloading' >&2))
  mv "$tools/$3-$2.part" "$tools/$3-$2"
}

step 'shellcheck, shfmt'
shellcheck --external-sources "${shell_scripts[@]}"
shfmt --indent 2 --case-indent --diff "${shell_scripts[@]}"

step 'JSON'
jq --exit-status '.logs.logs_collected.journald.collect_list | length > 0' \
  ami/rootfs/usr/local/share/inlet/amazon-cloudwatch-agent.json >/dev/null

step 'packer fmt, packer validate'
build github.com/hashicorp/packer "$packer_version" packer
build github.com/hashicorp/packer-plugin-amazon "$packer_plugin_amazon_version" packer-plugin-amazon
packer=$tools/packer-$packer_version
export PACKER_PLUGIN_PATH=$work/plugins PACKER_CONFIG_DIR=$work CHECKPOINT_DISABLE=1
"$packer" plugins install --path "$tools/packer-plugin-amazon-$packer_plugin_amazon_version" github.com/hashicorp/amazon >/dev/null
"$packer" fmt -check -diff ami
touch "$work/bundle.tar.gz"
for image_arch in amd64 arm64; do
  for ssh_interface in public_ip session_manager; do
    "$packer" validate -var region=eu-central-1 -var version=0.0.0 -var commit="$(printf '0%.0s' {1..40})" \
      -var arch="$image_arch" -var ssh_interface="$ssh_interface" -var instance_profile=baker \
      -var bundle="$work/bundle.tar.gz" ami
  done
done

step 'systemd-analyze verify, security'
for unit in ami/rootfs/etc/systemd/system/*.service; do
  # This machine has not the programs of the image.
  said=$(systemd-analyze verify --man=no "$unit" 2>&1 | grep -v ': Command /usr/local/.* is not executable: No such file or directory$' || true)
  if [[ -n $said ]]; then
    printf '%s\n' "$said" >&2
    exit 1
  fi
done
# The exposure of a unit in tenths, from 0 (confined) to 100. --threshold makes it fail.
systemd-analyze security --no-pager --offline=true --threshold=25 ami/rootfs/etc/systemd/system/inlet.service | tail -n 1
