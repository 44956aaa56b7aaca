variable "proxmox_endpoint" {
  type    = string
  default = "https://pve.home.example:8006/"
}

variable "proxmox_api_token" {
  type      = string
  sensitive = true
}
