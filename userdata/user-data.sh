#!/usr/bin/env bash
# What an instance does on its first boot: learn who it is, fetch its settings, start Inlet, wait until Inlet
# answers, and tell Auto Scaling. If anything goes wrong it says why and abandons the launch. These bytes are the
# same for every fleet and hold no secret.
set -Eeuo pipefail

imds=${AWS_EC2_METADATA_SERVICE_ENDPOINT:-http://169.254.169.254}
export AWS_PAGER='' AWS_MAX_ATTEMPTS=3 AWS_RETRY_MODE=standard
token='' group=''

# To the console, to /var/log/cloud-init-output.log and to the journal: cloud-init sends on what it runs.
say() { printf 'inlet: %s\n' "$*" >&2; }

fail() {
  say "FAILED: $*"
  exit 1
}

# The instance is gone soon after the launch is abandoned, so the reasons have to be out first.
abandon() {
  if (($1 == 0)); then return; fi
  systemctl --no-pager --lines=0 status inlet >&2 || true
  journalctl --no-pager --output=cat --unit=inlet --lines=40 >&2 || true
  if [[ -z $group ]]; then return; fi
  # The CloudWatch agent sends every five seconds.
  if systemctl --quiet is-active amazon-cloudwatch-agent; then sleep 10; fi
  retry 60 complete_launch ABANDON || say 'the launch cannot be abandoned either: its hook times out by itself'
}
trap 'say "line $LINENO failed: $BASH_COMMAND"' ERR
trap 'abandon $?' EXIT

# retry <seconds in all> <command>, with growing pauses and jitter: a whole fleet may boot at the same moment.
retry() {
  local deadline=$((SECONDS + $1)) pause=1
  shift
  until "$@"; do
    ((SECONDS + pause < deadline)) || return 1
    say "no success yet, again in about $pause s: $*"
    sleep "$((pause - 1)).$((RANDOM % 9 + 1))"
    pause=$((pause < 16 ? pause * 2 : 16))
  done
}

# The CLI would wait a minute for each connection; a subnet without a way to AWS has to show before the hook ends.
aws() { command aws --cli-connect-timeout 5 --cli-read-timeout 20 "$@"; }

http() { curl --silent --show-error --noproxy '*' --max-time 5 "$@"; }

new_token() {
  token=$(http --fail -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 3600' "$imds/latest/api/token")
}

# Prints what a path of the metadata says; nothing if this instance has no such thing.
metadata() {
  local answer
  answer=$(http -w '\n%{http_code}' -H "X-aws-ec2-metadata-token: $token" "$imds/latest/$1") || return 1
  case ${answer##*$'\n'} in
    200) printf '%s' "${answer%$'\n'*}" ;;
    404) ;;
    *) return 1 ;;
  esac
}

tag() { retry 60 metadata "meta-data/tags/instance/$1"; }

complete_launch() {
  aws autoscaling complete-lifecycle-action --auto-scaling-group-name "$group" \
    --lifecycle-hook-name launch --instance-id "$instance" --lifecycle-action-result "$1"
}

# The CLI fetches all pages.
read_settings() {
  settings=$(aws ssm get-parameters-by-path --path "$path" --with-decryption --output json)
}

# Names that are not those of environment variables, and values that systemd would drop: with control characters.
unusable='.Parameters[] | select((.Name | test("/[A-Za-z_][A-Za-z0-9_]*$") | not)
  or (.Value | test("[\\x00-\\x08\\x0a-\\x1f\\x7f]"))) | .Name'

# An EnvironmentFile (man systemd.exec): in double quotes these four characters need a backslash, others none. The
# commit is in the image's own file.
env_lines='.Parameters[]
  | "\(.Name | split("/") | last)=\"\(.Value | gsub("(?<c>[\"\\\\`$])"; "\\\(.c)"))\""'

write_settings() {
  local file
  file=$(mktemp /etc/inlet/.inlet.env.XXXXXX)
  {
    jq --raw-output "$env_lines" <<<"$settings"
    if [[ -n $version ]]; then echo "INLET_RELEASE=v$version"; fi
  } >"$file"
  chown root:inlet "$file"
  chmod 0640 "$file"
  mv "$file" /etc/inlet/inlet.env
}

# Inlet serves without it, so that a CloudWatch in trouble takes nothing down.
start_cloudwatch_agent() {
  /usr/local/lib/inlet/start-cloudwatch-agent "$fleet" || say 'nothing goes to CloudWatch. See above.'
}

healthy() { http --fail --output /dev/null "http://127.0.0.1:$port/health" 2>/dev/null; }

# Who this instance is.
retry 120 new_token || fail "no metadata service at $imds"
identity=$(retry 60 metadata dynamic/instance-identity/document)
instance=$(jq --exit-status --raw-output .instanceId <<<"$identity")
AWS_REGION=$(jq --exit-status --raw-output .region <<<"$identity")
export AWS_REGION
group=$(tag aws:autoscaling:groupName)
fleet=$(tag inlet:fleet)
slot=$(tag inlet:slot)
version=$(tag aws:ec2launchtemplate:version)
say "$instance, $AWS_REGION: fleet=$fleet slot=$slot group=$group version=$version"
[[ -n $fleet ]] || fail 'no tag inlet:fleet in the metadata.' \
  'Start instances from the launch template, with InstanceMetadataTags=enabled.'

# Its settings. The role, or a permission of it, may be some seconds younger than the instance.
start_cloudwatch_agent
path=/inlet/$fleet/env
retry 120 read_settings || fail "cannot read the parameters below $path. The AWS CLI says why, above."
[[ $settings == *'"Name"'* ]] || fail "no parameters below $path. Is the stack inlet-$fleet up?"
refused=$(jq --raw-output "$unusable" <<<"$settings" | paste -sd ' ')
[[ -z $refused ]] || fail "a line break or control character in the value, or no name for a variable: $refused"
write_settings

# Its service. The units are enabled, but wait for the settings; from the next boot on they start by themselves.
systemctl start inlet-lifecycle
systemctl start inlet || fail 'Inlet does not start. Its own words:'
port=$(jq --raw-output '[.Parameters[] | select(.Name | endswith("/PORT")).Value][0] // 3000' <<<"$settings")
deadline=$((SECONDS + 180))
until healthy; do
  ((SECONDS < deadline)) || fail "Inlet does not answer GET /health on port $port. Its own words:"
  [[ $(systemctl show --property=NRestarts --value inlet) == 0 ]] || fail 'Inlet ended. Its own words:'
  sleep 1
done
say "healthy $(cut -d ' ' -f 1 /proc/uptime) s after boot"

# The launch hook.
if [[ -z $group ]]; then
  say 'in no Auto Scaling group, so no hook waits'
  exit
fi
state=$(retry 60 metadata meta-data/autoscaling/target-lifecycle-state)
case $state in
  InService | Warmed:*) retry 60 complete_launch CONTINUE || fail 'cannot complete the launch hook.' ;;
  *) say "Auto Scaling wants it to be ${state:-nothing}, so no launch hook waits" ;;
esac
