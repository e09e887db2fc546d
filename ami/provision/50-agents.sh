#!/usr/bin/env bash
# The agents of CloudWatch and of Systems Manager, whose packages are AWS's.
set -euo pipefail
# shellcheck source=ami/provision/lib.sh
source "${INLET_BAKE:?}/provision/lib.sh"

needs_gpg=false

# Prints where the package is, once it is sure what it is: by the checksum that came with it, else by the signature.
package() { # <url> <checksum or empty> <key url> <fingerprint>
  local file
  file=$(fetch "$1")
  if [[ -n $2 ]]; then
    check_sha256 "$file" "$2"
  else
    check_signature "$file" "$(fetch "$1.sig")" "$(fetch "$3")" "$4"
  fi
  printf '%s\n' "$file"
}

if [[ -z $cloudwatch_agent_sha256 || -z $ssm_agent_sha256 ]] && ! command -v gpg >/dev/null; then
  needs_gpg=true
  apt_get install gpg gpgconf
fi

cloudwatch=$(package "$cloudwatch_agent_url" "$cloudwatch_agent_sha256" "$cloudwatch_agent_key_url" "$cloudwatch_agent_key")
ssm=$(package "$ssm_agent_url" "$ssm_agent_sha256" "$ssm_agent_key_url" "$ssm_agent_key")
apt_get install "$cloudwatch" "$ssm"

[[ $needs_gpg == false ]] || apt_get purge --auto-remove gpg gpgconf
