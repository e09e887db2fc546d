#!/usr/bin/env bash
# Holds a sealed image against what it promises. Runs in the image as root: on the instance that Packer started, or in
# a chroot. Prints every check, and at the end all that failed; exits 1 if any did, which keeps Packer from making an
# image. INLET_ALLOW_STAND_INS=1 allows packages that stand in for the real ones, for rehearsals without AWS.
set -uo pipefail
export LC_ALL=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
cd /

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC2034 # versions.sh reads it.
arch=$(dpkg --print-architecture)
# shellcheck source=ami/versions.sh
source "$here/versions.sh"

manifest=/etc/inlet/manifest.json
failures=()
checks=0

# check <what must be so> <command …>: the command succeeds and, if it finds offenders, prints none.
check() {
  local what=$1 said status=0
  shift
  checks=$((checks + 1))
  said=$("$@" 2>&1) || status=$?
  if ((status == 0)) && [[ -z $said ]]; then
    printf 'ok    %s\n' "$what"
  else
    printf 'FAIL  %s\n' "$what"
    [[ -z $said ]] || head -n 10 <<<"$said" | sed 's/^/        /'
    failures+=("$what")
  fi
}

silent() { "$@" >/dev/null; }
equal() { [[ $1 == "$2" ]] || echo "it is \"$1\", not \"$2\""; }
mode_and_owner() { equal "$(stat --format '%a %U:%G' "$1")" "$2"; }
from_manifest() { jq --exit-status --raw-output "$1" "$manifest"; }

# --- the system -------------------------------------------------------------------------------------------------
right_debian() { (source /etc/os-release && equal "$ID $VERSION_CODENAME" "debian $debian_release"); }
check "Debian $debian_version ($debian_release)" right_debian
check 'every package is installed in full' dpkg --audit

installed() {
  local package
  for package in "$@"; do
    [[ $(dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
      echo "$package is not installed"
  done
}
check 'the packages of the contract are installed' installed awscli ca-certificates chrony cloud-init curl jq \
  openssh-server prometheus-node-exporter unattended-upgrades amazon-cloudwatch-agent amazon-ssm-agent
check 'the AWS CLI is version 2' grep --quiet '^aws-cli/2\.' <(aws --version 2>&1)
# The packages of AWS have a Debian revision behind the version.
agents() {
  local pin found
  for pin in "amazon-cloudwatch-agent $cloudwatch_agent_version" "amazon-ssm-agent $ssm_agent_version"; do
    found=$(dpkg-query --show --showformat '${Version}' "${pin% *}")
    [[ ${found%%-*} == "${pin#* }" ]] || echo "${pin% *} is $found, not ${pin#* }"
  done
}
check 'the agents have the pinned versions' agents
stand_ins() {
  from_manifest '.standIns[]'
  true
}
if [[ ${INLET_ALLOW_STAND_INS:-} == 1 ]]; then
  printf 'note  stand-ins are allowed here, not the real packages: %s\n' "$(stand_ins | paste -sd ' ')"
else
  check 'no package stands in for the real one' stand_ins
fi
check 'the agents are executable' test -x /usr/bin/amazon-ssm-agent -a \
  -x /opt/aws/amazon-cloudwatch-agent/bin/start-amazon-cloudwatch-agent

# --- Node -------------------------------------------------------------------------------------------------------
node_is() { equal "$(sha256sum /usr/local/bin/node | cut -d ' ' -f 1)" "$node_binary_sha256"; }
check "/usr/local/bin/node is the program of Node $node_version" node_is
node_runs() { equal "$(/usr/local/bin/node --print process.version)" "v$node_version"; }
check "Node runs and says v$node_version" node_runs
check '/usr/local/bin/node belongs to root' mode_and_owner /usr/local/bin/node '755 root:root'
no_npm() {
  command -v npm npx corepack yarn pnpm
  true
}
check 'no package manager for Node' no_npm

# --- the app ----------------------------------------------------------------------------------------------------
bundle_whole() { (cd /opt/inlet && sha256sum --check --quiet --strict SHA256SUMS); }
check '/opt/inlet is what bundle.sh packed' bundle_whole
nothing_added() {
  comm -13 <(cd /opt/inlet && sed 's/^.\{66\}//' SHA256SUMS | sort) \
    <(cd /opt/inlet && find . ! -type d ! -path ./SHA256SUMS | sort)
}
check 'nothing was added to /opt/inlet' nothing_added
not_roots() { find /opt/inlet \( ! -user root -o ! -group root -o -perm /022 -o -type l \) -printf '%M %u:%g %p\n'; }
check '/opt/inlet belongs to root, and nobody else can change it' not_roots

as_inlet() { setpriv --reuid inlet --regid inlet --init-groups --no-new-privs env --ignore-environment "$@"; }
# It has to come far enough to miss the settings of the platform, which only an instance has.
app_asks() {
  local said
  said=$(cd /opt/inlet && as_inlet NODE_ENV=production INLET_PLATFORM=aws /usr/local/bin/node dist/main.js 2>&1)
  grep --quiet INLET_BUCKET <<<"$said" || echo "it said: $said"
}
check 'the app starts as its user, and says which settings it misses' app_asks
settings_refused() {
  local status=0
  (cd /opt/inlet && as_inlet INLET_PLATFORM=aws /usr/local/bin/node /usr/local/lib/inlet/check-settings.mjs) 2>/dev/null || status=$?
  equal "$status" 78
}
check 'the unit refuses settings that are not whole' settings_refused
pm2_loads() {
  equal "$(
    cd /opt/inlet && PM2_HOME=$(mktemp -d -p /run) && export PM2_HOME &&
      /usr/local/bin/node node_modules/pm2/bin/pm2-runtime --version | tail -n 1
    rm -rf "$PM2_HOME"
  )" "$(jq -r .version /opt/inlet/node_modules/pm2/package.json)"
}
check 'PM2 runs' pm2_loads

# --- users and rights -------------------------------------------------------------------------------------------
inlet_user() { equal "$(getent passwd inlet | cut -d : -f 6,7)" '/nonexistent:/usr/sbin/nologin'; }
check 'the user inlet has no home and no shell' inlet_user
inlet_system() { (($(id -u inlet) < 1000)) || echo "its id is $(id -u inlet)"; }
check 'the user inlet is a system user' inlet_system
check 'the user inlet is in no other group' equal "$(id -Gn inlet)" inlet
check '/etc/inlet can be read by the service alone' mode_and_owner /etc/inlet '750 root:inlet'
check 'no settings of any instance are baked in' test ! -e /etc/inlet/inlet.env
hashes() { awk -F : '$2 !~ /^[!*]+$/ { print $1 " has a password, or needs none" }' /etc/shadow; }
check 'nobody has a password' hashes
uid_zero() { awk -F : '$3 == 0 && $1 != "root" { print $1 }' /etc/passwd; }
check 'root is the only user with id 0' uid_zero
world_writable() {
  find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /run \) -prune -o \
    \( -type f -o -type d ! -perm -1000 \) -perm -0002 -print
}
check 'no file or folder that everybody may change' world_writable
unowned() { find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /run \) -prune -o \( -nouser -o -nogroup \) -print; }
check 'every file has an owner' unowned
foreign_setuid() { # Packages may know a file by its name from before /usr was merged.
  find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /run \) -prune -o -type f -perm /6000 -print |
    while IFS= read -r file; do
      dpkg-query --search "$file" >/dev/null 2>&1 || dpkg-query --search "${file#/usr}" >/dev/null 2>&1 || echo "$file"
    done
}
check 'no setuid program but those of packages' foreign_setuid

# --- who may come in --------------------------------------------------------------------------------------------
keys() {
  find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /opt/inlet/node_modules \) -prune -o \
    -type f \( -name 'authorized_keys*' -o -name 'ssh_host_*' -o -name 'id_rsa*' -o -name 'id_ed25519*' -o -name 'id_ecdsa*' \) -print
}
check 'no key that lets somebody in, and no host key' keys
aws_credentials() {
  find /root /home /etc/inlet /var/lib/inlet -xdev \( -path '*/.aws/*' -o -name credentials \) -print 2>/dev/null
  grep -rlE '\b(AKIA|ASIA)[A-Z0-9]{16}\b' /etc /root /home /usr/local /opt/inlet/*.js* /opt/inlet/dist 2>/dev/null
  true
}
check 'no AWS credentials' aws_credentials
sshd_says() {
  local setting keys
  keys=$(mktemp -d -p /run)
  ssh-keygen -q -t ed25519 -N '' -f "$keys/host"
  mkdir -p /run/sshd
  sshd -T -h "$keys/host" >"$keys/settings" || echo 'sshd does not take its configuration'
  for setting in 'passwordauthentication no' 'permitrootlogin no' 'kbdinteractiveauthentication no' \
    'authenticationmethods publickey'; do
    grep --quiet --line-regexp "$setting" "$keys/settings" || echo "sshd does not have \"$setting\""
  done
  rm -rf "$keys"
}
check 'sshd takes no passwords and no root' sshd_says

# --- units ------------------------------------------------------------------------------------------------------
is_enabled() {
  local unit
  for unit in "$@"; do [[ $(systemctl is-enabled "$unit" 2>/dev/null) == enabled ]] || echo "$unit is not enabled"; done
}
check 'what must run is enabled' is_enabled inlet.service inlet-log.service inlet-lifecycle.service amazon-ssm-agent.service \
  amazon-cloudwatch-agent.service chrony.service prometheus-node-exporter.service ssh.service
is_off() {
  local unit
  for unit in "$@"; do [[ $(systemctl is-enabled "$unit" 2>/dev/null) == disabled ]] || echo "$unit starts at boot"; done
}
check 'updates do not start at boot' is_off apt-daily.timer apt-daily-upgrade.timer
cloud_init_on() {
  [[ -e /etc/cloud/cloud-init.disabled ]] && echo '/etc/cloud/cloud-init.disabled exists'
  is_enabled cloud-final.service cloud-config.service
}
check 'cloud-init runs at boot' cloud_init_on
units_correct() { # What systemd says of units that are Debian's is Debian's.
  local said status=0
  said=$(systemd-analyze verify --man=no --recursive-errors=no inlet.service inlet-log.service inlet-lifecycle.service \
    amazon-cloudwatch-agent.service amazon-ssm-agent.service 2>&1) || status=$?
  if ((status != 0)); then printf '%s\n' "$said"; fi
  grep -E '(inlet|amazon)[a-z-]*\.service' <<<"$said"
  true
}
check 'the units are correct' units_correct
exposure() {
  local figure
  figure=$(systemd-analyze security --no-pager --offline=true /etc/systemd/system/inlet.service | awk '/Overall exposure/ { print $(NF-2) }')
  awk -v figure="${figure:-10}" 'BEGIN { if (figure > 2.5) { print "the exposure of inlet.service is " figure; } }'
}
check 'inlet.service is confined (exposure 2.5 at most)' exposure
no_policy() {
  ls /usr/sbin/policy-rc.d 2>/dev/null
  true
}
check 'services may start' no_policy

# --- cloud-init and identity ------------------------------------------------------------------------------------
datasources() {
  local found
  found=$(/usr/bin/python3 -c 'from cloudinit import util
config = util.read_conf_with_confd("/etc/cloud/cloud.cfg")
print(",".join(config["datasource_list"]), config.get("ssh_pwauth"), config.get("disable_root"))')
  equal "$found" 'Ec2,NoCloud,None False True'
}
check 'cloud-init looks at EC2 and NoCloud, and allows no passwords' datasources
cloud_state() {
  find /var/lib/cloud -mindepth 1 ! -type d 2>/dev/null
  ls /var/log/cloud-init*.log 2>/dev/null
  true
}
check 'cloud-init has not run' cloud_state
machine_id() { [[ -e /etc/machine-id && ! -s /etc/machine-id ]] || echo '/etc/machine-id is missing or not empty'; }
check 'no machine id' machine_id
identities() {
  ls -d /var/lib/dbus/machine-id /var/lib/systemd/random-seed /var/lib/systemd/credential.secret /var/lib/amazon/ssm/Vault 2>/dev/null
  true
}
check 'no seed, secret or registration of another machine' identities

# --- what the bake left -----------------------------------------------------------------------------------------
leftovers() {
  find /var/lib/apt/lists -type f ! -name lock
  find /var/cache/apt -type f ! -name lock
  find /tmp /var/tmp -xdev -mindepth 1 ! -path '/tmp/script_*' ! -path '/tmp/systemd-private-*' ! -path '/var/tmp/systemd-private-*' \
    ! -name '.*-unix' ! -name snap-private-tmp 2>/dev/null
  find /root /home -xdev -maxdepth 2 -name '.*_history'
  find /var/log -xdev -type f -size +0 ! -path '/var/log/journal/*' ! -name wtmp ! -name lastlog ! -name 'btmp*' ! -path '/var/log/amazon/*' ! -name 'wtmp.db'
  find /etc /opt /usr /var/lib -xdev \( -name '*.dpkg-old' -o -name '*.dpkg-dist' -o -name '*.dpkg-new' \)
  find / -xdev -maxdepth 1 -type f
}
check 'nothing is left of the bake' leftovers

# --- the manifest -----------------------------------------------------------------------------------------------
manifest_whole() {
  jq --exit-status '
    (.commit | test("^[0-9a-f]{40}(-dirty)?$")) and (.version | test("^[0-9]+\\.[0-9]+\\.[0-9]+")) and
    (.builtAt | fromdateiso8601 > 0) and (.architecture | IN("amd64", "arm64")) and (.node | type == "string") and
    (.debian | type == "string") and (.packages | length > 100) and (.checksums | length > 10)' "$manifest" >/dev/null ||
    echo "$manifest is not whole"
}
check 'the manifest is whole' manifest_whole
manifest_names() {
  equal "$(from_manifest '"\(.commit) \(.version) \(.architecture) \(.node) \(.debian)"')" \
    "$(cat /opt/inlet/COMMIT) $(jq -r .version /opt/inlet/package.json) $arch $node_version $(cat /etc/debian_version)"
}
check 'the manifest names what is there' manifest_names
manifest_packages() {
  diff <(from_manifest '.packages[] | "\(.name)\t\(.version)"') \
    <(dpkg-query --show --showformat '${Package}\t${Version}\n' | sort)
}
check 'the manifest lists the packages that are installed' manifest_packages
manifest_checksums() { from_manifest '.checksums | to_entries[] | "\(.value)  \(.key)"' | sha256sum --check --quiet --strict; }
check 'the checksums of the manifest are right' manifest_checksums
manifest_readable() { equal "$(stat --format %a "$manifest")" 644; }
check 'the manifest can be read by the service' manifest_readable

printf '\n'
if ((${#failures[@]} > 0)); then
  printf '%d of %d checks failed:\n' "${#failures[@]}" "$checks"
  printf '  %s\n' "${failures[@]}"
  exit 1
fi
printf 'All %d checks passed.\n' "$checks"
