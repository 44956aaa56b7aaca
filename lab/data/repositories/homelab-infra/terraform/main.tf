terraform {
  required_providers {
    proxmox = {
      source  = "bpg/proxmox"
      version = "~> 0.66"
    }
  }
}

provider "proxmox" {
  endpoint  = var.proxmox_endpoint
  api_token = var.proxmox_api_token
}

resource "proxmox_virtual_environment_vm" "mediabox" {
  name      = "mediabox"
  node_name = "pve"
  vm_id     = 110
  on_boot   = true
  tags      = ["docker", "media"]

  cpu {
    cores = 4
    type  = "host"
  }

  memory {
    dedicated = 12288
  }

  disk {
    datastore_id = "local-lvm"
    interface    = "scsi0"
    size         = 64
  }

  network_device {
    bridge  = "vmbr0"
    vlan_id = 10
  }
}

resource "proxmox_virtual_environment_container" "edgebox" {
  node_name     = "pve"
  vm_id         = 111
  start_on_boot = true
  unprivileged  = true
  tags          = ["docker", "edge"]

  initialization {
    hostname = "edgebox"
  }

  cpu {
    cores = 2
  }

  memory {
    dedicated = 2048
  }

  network_interface {
    name   = "eth0"
    bridge = "vmbr0"
  }
}
