#!/usr/bin/env bash
# Checks what is in this folder with the tools of those who will read it: cfn-lint, promtool, and the AWS CLI, which
# checks every JSON file that is handed to it against the model of its API, offline. Needs `.venv` and promtool
# (scripts/install-tools python prometheus).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

step() { printf '==> %s\n' "$*"; }

step 'cfn-lint'
.venv/bin/cfn-lint infra/stack.yaml

step 'promtool'
promtool check config infra/prometheus/prometheus.yml
promtool test rules infra/prometheus/rules.test.yml

# The CLI checks its input before it calls. Nobody answers at this address, so to get as far as calling is to pass.
cli_takes() { # <service> <operation> <file>
  local said
  said=$(AWS_DEFAULT_REGION=eu-central-1 AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none AWS_MAX_ATTEMPTS=1 \
    .venv/bin/aws "$1" "$2" --cli-input-json "file://$3" --endpoint-url http://127.0.0.1:9 2>&1 || true)
  [[ $said == *'Could not connect to the endpoint'* ]] || { printf '%s: %s\n' "$3" "$said" >&2 && return 1; }
  echo "$3: aws $1 $2 takes it"
}
step 'the AWS CLI'
cli_takes ec2 create-launch-template userdata/launch-template.json
cli_takes dynamodb create-table infra/table.json
cli_takes dynamodb create-table infra/limits-table.json
broken=$(mktemp)
trap 'rm -f "$broken"' EXIT
jq '.LaunchTemplateData.BlockDeviceMappings[0].Ebs.VolumeSize = "large"' userdata/launch-template.json >"$broken"
if cli_takes ec2 create-launch-template "$broken" 2>/dev/null; then
  echo 'The AWS CLI takes what it must not: this check checks nothing.' >&2
  exit 1
fi
