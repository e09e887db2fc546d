// The image of Inlet for EC2. `fleet bake` calls this; by hand see README.md.

packer {
  required_version = ">= 1.11"
  required_plugins {
    amazon = {
      source  = "github.com/hashicorp/amazon"
      version = ">= 1.8"
    }
  }
}

variable "commit" {
  type        = string
  description = "Full id of the commit that the bundle was made from."
  validation {
    condition     = can(regex("^[0-9a-f]{40}$", var.commit))
    error_message = "The commit must be a full id of 40 hexadecimal digits: images are made of committed trees."
  }
}

variable "version" {
  type        = string
  description = "Version of package.json."
  validation {
    condition     = can(regex("^[0-9]+\\.[0-9]+\\.[0-9]+[0-9A-Za-z.-]*$", var.version))
    error_message = "The version must look like 1.2.3."
  }
}

variable "arch" {
  type        = string
  description = "amd64 or arm64."
  default     = "amd64"
  validation {
    condition     = contains(["amd64", "arm64"], var.arch)
    error_message = "The architecture must be amd64 or arm64."
  }
}

variable "bundle" {
  type        = string
  description = "Path of the archive that bundle.sh made."
}

variable "region" {
  type        = string
  description = "Region to bake in."
}

variable "fleet" {
  type        = string
  description = "Fleet on whose behalf the image is baked, for the tags. Any fleet can use it."
  default     = "prod"
}

variable "manifest" {
  type        = string
  description = "Where to write Packer's manifest, which holds the id of the image. The image's own manifest.json is written beside it."
  default     = "packer-manifest.json"
}

variable "instance_type" {
  type        = string
  description = "What to bake on. Default: t3.small or t4g.small."
  default     = null
}

variable "ssh_interface" {
  type        = string
  description = "How to reach the instance: public_ip, private_ip, or session_manager, which needs instance_profile and Session Manager's plugin here, and no open port."
  default     = "public_ip"
  validation {
    condition     = contains(["public_ip", "private_ip", "session_manager"], var.ssh_interface)
    error_message = "The interface must be public_ip, private_ip or session_manager."
  }
}

variable "instance_profile" {
  type        = string
  description = "Instance profile with AmazonSSMManagedInstanceCore, for session_manager."
  default     = null
}

variable "subnet_id" {
  type        = string
  description = "Subnet to bake in. Default: one of the default VPC."
  default     = null
}

variable "kms_key_id" {
  type        = string
  description = "KMS key for the image. Default: the account's key for EBS, with which an image cannot be shared with other accounts."
  default     = null
}

variable "ami_regions" {
  type        = list(string)
  description = "Regions to copy the image to."
  default     = []
}

variable "region_kms_key_ids" {
  type        = map(string)
  description = "KMS key for each of ami_regions, if not the account's own."
  default     = {}
}

variable "deprecate_after_days" {
  type        = number
  description = "After how many days EC2 no longer lists the image for whoever does not know its id."
  default     = 180
}

variable "downloads" {
  type        = map(string)
  description = "Replacements of downloads: variables of versions.sh, such as INLET_NODE_URL, and INLET_APT_MIRROR."
  default     = {}
}

locals {
  built         = timestamp()
  folder        = dirname(var.manifest)
  node          = regex("(?m)^node_version=([0-9.]+)$", file("versions.sh"))[0]
  debian        = regex("(?m)^debian_version=([0-9]+)$", file("versions.sh"))[0]
  instance_type = coalesce(var.instance_type, var.arch == "arm64" ? "t4g.small" : "t3.small")
  over_ssm      = var.ssh_interface == "session_manager"

  tags = {
    "inlet:commit"       = var.commit
    "inlet:version"      = var.version
    "inlet:node"         = local.node
    "inlet:architecture" = var.arch
    "inlet:fleet"        = var.fleet
  }

  // Debian's image has no SSM agent, so that one which is reached through it installs it first, checked as ever.
  ssm_user_data = join("\n", [
    "#!/bin/bash",
    "set -euo pipefail",
    "export DEBIAN_FRONTEND=noninteractive INLET_BAKE=/run/inlet-builder INLET_DOWNLOADS=/run/inlet-builder/downloads",
    "mkdir -p $INLET_BAKE/provision",
    "cat >$INLET_BAKE/versions.sh <<'END_OF_FILE'",
    file("versions.sh"),
    "END_OF_FILE",
    "cat >$INLET_BAKE/provision/lib.sh <<'END_OF_FILE'",
    file("provision/lib.sh"),
    "END_OF_FILE",
    "source $INLET_BAKE/provision/lib.sh",
    "apt_get update",
    "apt_get install ca-certificates curl gpg gpgconf",
    "package=$(fetch \"$ssm_agent_url\")",
    "check_signature \"$package\" \"$(fetch \"$ssm_agent_url.sig\")\" \"$(fetch \"$ssm_agent_key_url\")\" \"$ssm_agent_key\"",
    "apt_get install \"$package\"",
    "apt_get purge --auto-remove gpg gpgconf",
    "systemctl enable --now amazon-ssm-agent",
    "",
  ])
}

source "amazon-ebs" "inlet" {
  region        = var.region
  instance_type = local.instance_type

  source_ami_filter {
    owners      = ["136693071363"] // Debian's, https://wiki.debian.org/Cloud/AmazonEC2Image
    most_recent = true
    filters = {
      name                = "debian-${local.debian}-${var.arch}-*"
      root-device-type    = "ebs"
      virtualization-type = "hvm"
    }
  }

  ami_name           = "inlet-${var.version}-${substr(var.commit, 0, 7)}-${var.arch}-${formatdate("YYYYMMDDhhmm", local.built)}"
  ami_description    = "Inlet ${var.version}, commit ${var.commit}, Debian ${local.debian}, Node ${local.node}"
  ami_regions        = var.ami_regions
  imds_support       = "v2.0"
  ena_support        = true
  deprecate_at       = timeadd(local.built, "${var.deprecate_after_days * 24}h")
  region_kms_key_ids = length(var.region_kms_key_ids) > 0 ? var.region_kms_key_ids : null
  encrypt_boot       = length(var.region_kms_key_ids) > 0 ? true : null
  kms_key_id         = length(var.region_kms_key_ids) > 0 ? var.kms_key_id : null

  // Encrypted from its first byte, so that no copy is needed to encrypt the image afterwards.
  launch_block_device_mappings {
    device_name           = "/dev/xvda"
    volume_type           = "gp3"
    volume_size           = 10
    encrypted             = true
    kms_key_id            = var.kms_key_id
    delete_on_termination = true
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  // The key is Packer's own, for this one build.
  communicator                              = "ssh"
  ssh_username                              = "admin"
  ssh_interface                             = var.ssh_interface
  ssh_timeout                               = "10m"
  temporary_key_pair_type                   = "ed25519"
  temporary_security_group_source_public_ip = var.ssh_interface == "public_ip"
  associate_public_ip_address               = var.ssh_interface == "public_ip" ? true : null
  subnet_id                                 = var.subnet_id
  iam_instance_profile                      = var.instance_profile
  user_data                                 = local.over_ssm ? local.ssm_user_data : null

  tags            = merge(local.tags, { Name = "inlet-${var.version}" })
  snapshot_tags   = merge(local.tags, { Name = "inlet-${var.version}" })
  run_tags        = merge(local.tags, { Name = "inlet-bake" })
  run_volume_tags = merge(local.tags, { Name = "inlet-bake" })
}

build {
  sources = ["source.amazon-ebs.inlet"]

  // One archive, which keeps what is executable so.
  provisioner "shell-local" {
    inline = [
      "tar -czf '${local.folder}/bake.tar.gz' -C '${path.root}' provision.sh provision versions.sh validate.sh rootfs downloads",
    ]
  }

  // In /run, which is no part of the image.
  provisioner "shell" {
    inline = [
      "cloud-init status --wait || true",
      "sudo install -d -o \"$USER\" /run/inlet-bake",
    ]
  }

  provisioner "file" {
    source      = "${local.folder}/bake.tar.gz"
    destination = "/run/inlet-bake/bake.tar.gz"
    generated   = true
  }

  provisioner "file" {
    source      = var.bundle
    destination = "/run/inlet-bake/bundle.tar.gz"
    generated   = true
  }

  provisioner "shell" {
    env             = var.downloads
    execute_command = "sudo env {{ .Vars }} bash '{{ .Path }}'"
    inline_shebang  = "/bin/bash -e"
    inline = [
      "cd /run/inlet-bake",
      "tar -xzf bake.tar.gz --no-same-owner",
      "rm bake.tar.gz",
      "mkdir -p /var/tmp/inlet-downloads",
      "find downloads -type f ! -name .gitignore -exec mv -t /var/tmp/inlet-downloads {} +",
      "bash provision.sh",
      "install -m 644 /etc/inlet/manifest.json manifest.json",
    ]
  }

  provisioner "file" {
    direction   = "download"
    source      = "/run/inlet-bake/manifest.json"
    destination = "${local.folder}/manifest.json"
  }

  // The last one: it removes the key that Packer came in by. The connection stays; a bad image ends the build here.
  provisioner "shell" {
    env             = merge(var.downloads, local.over_ssm ? { INLET_KEEP_SSM_AGENT = "1" } : {})
    execute_command = "sudo env {{ .Vars }} bash '{{ .Path }}'"
    inline_shebang  = "/bin/bash -e"
    skip_clean      = true
    inline = [
      "bash /run/inlet-bake/provision.sh seal",
      "bash /run/inlet-bake/validate.sh",
    ]
  }

  post-processor "manifest" {
    output     = var.manifest
    strip_path = true
    custom_data = {
      commit       = var.commit
      version      = var.version
      architecture = var.arch
      fleet        = var.fleet
      region       = var.region
    }
  }
}
