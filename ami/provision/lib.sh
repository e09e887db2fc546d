# shellcheck shell=bash
# What the provisioning scripts share. To be sourced.

: "${INLET_BAKE:?is set by provision.sh}" "${INLET_DOWNLOADS:?is set by provision.sh}"

arch=$(dpkg --print-architecture)
# shellcheck source=ami/versions.sh
source "$INLET_BAKE/versions.sh"

fail() {
  echo "$*" >&2
  exit 1
}

apt_get() { # Like apt-get, from INLET_APT_MIRROR if it is set; the mirror is not kept in the image.
  local options=(-q -y -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold -o APT::Install-Recommends=false)
  if [[ -n ${INLET_APT_MIRROR:-} ]]; then
    mkdir -p "$INLET_DOWNLOADS"
    printf 'deb %s %s main\n' "$INLET_APT_MIRROR" "$debian_release" >"$INLET_DOWNLOADS/mirror.list"
    options+=(-o "Dir::Etc::SourceList=$INLET_DOWNLOADS/mirror.list" -o Dir::Etc::SourceParts=-)
  fi
  apt-get "${options[@]}" "$@"
}

# Gets a file: from INLET_DOWNLOADS if it is there by its name, from a path, or by its URL. Says where it then is.
fetch() { # <url or path>
  local from=$1 file=$INLET_DOWNLOADS/${1##*/}
  mkdir -p "$INLET_DOWNLOADS"
  if [[ ! -f $file ]]; then
    if [[ $from == /* ]]; then
      cp "$from" "$file.part"
    else
      curl --fail --silent --show-error --location --retry 5 --proto '=https,file' --proto-redir =https \
        --output "$file.part" "$from"
    fi
    mv "$file.part" "$file"
  fi
  printf '%s\n' "$file"
}

check_sha256() { # <file> <checksum>
  local found
  found=$(sha256sum "$1" | cut -d ' ' -f 1)
  [[ $found == "$2" ]] || fail "$1 is not what it should be: its SHA-256 is $found, not $2."
}

# Passes only if the file has a good signature of the key with this fingerprint, which has not expired. Other keys in
# the key file do not count.
check_signature() { # <file> <signature> <key file> <fingerprint>
  local home status
  home=$(mktemp -d)
  gpg --homedir "$home" --batch --quiet --import "$3" 2>/dev/null || true
  status=$(gpg --homedir "$home" --batch --status-fd 1 --verify "$2" "$1" 2>/dev/null) || true
  gpgconf --homedir "$home" --kill all 2>/dev/null || true
  rm -rf "$home"
  if ! grep -q '^\[GNUPG:\] GOODSIG ' <<<"$status" ||
    ! grep -qE "^\[GNUPG:\] VALIDSIG .*\b$4\$" <<<"$status"; then
    fail "$1 has no good signature of the key $4."
  fi
}
