# shellcheck shell=bash
# shellcheck disable=SC2034 # Whoever sources this uses the variables.
# The only list of what the image is made of beyond Debian's own packages, which APT checks. To be sourced, with
# `arch` set to amd64 or arm64.
#
# Every URL can be replaced through the environment, by another https:// address, a file:// address or an absolute
# path: INLET_NODE_URL, INLET_CLOUDWATCH_AGENT_URL, INLET_SSM_AGENT_URL, and for the signing keys
# INLET_CLOUDWATCH_AGENT_KEY_URL and INLET_SSM_AGENT_KEY_URL. What is replaced is checked all the same: against the
# pin here, or against the checksum that comes with it (INLET_NODE_SHA256, INLET_CLOUDWATCH_AGENT_SHA256,
# INLET_SSM_AGENT_SHA256).

: "${arch:?set arch to amd64 or arm64}"

# The release that the image is built on, by code name and number.
debian_release=trixie
debian_version=13

# https://nodejs.org/dist/v24.21.0/SHASUMS256.txt; the second checksum is that of bin/node inside the archive.
node_version=24.21.0
case $arch in
  amd64)
    node_arch=x64
    node_sha256=fd8e59d5a511510f6a298afb548f18c7d2b1be404d8b4a27d94fbe49f56cb2d6
    node_binary_sha256=7fde7b8afa198da66257f42ee2001d874c7355631e6d1579a5fb5ef1f246df4c
    ;;
  arm64)
    node_arch=arm64
    node_sha256=6ad1325edbdb5649c379b75a237147a666c95d4f9ae8d340fef2d1575d289ad2
    node_binary_sha256=0f8949d1028f6d61506b2d5bc57e7e6fe893d7b1997509b7847294fc9c616584
    ;;
  *)
    echo "There is no image for the architecture \"$arch\", only for amd64 and arm64." >&2
    exit 2
    ;;
esac
node_url=${INLET_NODE_URL:-https://nodejs.org/dist/v$node_version/node-v$node_version-linux-$node_arch.tar.xz}
node_sha256=${INLET_NODE_SHA256:-$node_sha256}

# AWS publishes no checksums of its agents. Each package comes with a detached signature, and what is pinned is the
# fingerprint of the key.
# "Verifying the signature of the CloudWatch agent package", Amazon CloudWatch user guide.
# The agent reads the journal itself since 1.300070.0.
cloudwatch_agent_version=1.300072.0b1766
cloudwatch_agent_url=${INLET_CLOUDWATCH_AGENT_URL:-https://amazoncloudwatch-agent.s3.amazonaws.com/debian/$arch/$cloudwatch_agent_version/amazon-cloudwatch-agent.deb}
cloudwatch_agent_sha256=${INLET_CLOUDWATCH_AGENT_SHA256:-}
cloudwatch_agent_key_url=${INLET_CLOUDWATCH_AGENT_KEY_URL:-https://amazoncloudwatch-agent.s3.amazonaws.com/assets/amazon-cloudwatch-agent.gpg}
cloudwatch_agent_key=937616F3450B7D806CBD9725D58167303B789C72

# "Verifying the signature of SSM Agent", AWS Systems Manager user guide. The key is only printed there; as a file it
# is in AWS's repository of the ECS agent. Made 2026-06-04, good until 2027-11-25.
ssm_agent_version=3.3.5390.0
ssm_agent_url=${INLET_SSM_AGENT_URL:-https://s3.amazonaws.com/ec2-downloads-windows/SSMAgent/$ssm_agent_version/debian_$arch/amazon-ssm-agent.deb}
ssm_agent_sha256=${INLET_SSM_AGENT_SHA256:-}
ssm_agent_key_url=${INLET_SSM_AGENT_KEY_URL:-https://raw.githubusercontent.com/aws/amazon-ecs-agent/master/scripts/amazon-ssm-agent.gpg}
ssm_agent_key=1C5B395CBE5E74E2F1CA21592784DBF388D19D46

# What is used to bake, not baked. The Go is for check.sh, where the machine's own is older than 1.21.
packer_version=1.16.0
packer_plugin_amazon_version=1.8.2
go_version=1.26.11
