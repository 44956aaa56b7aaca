# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that say where a Docker Engine answers, named as in community.docker."""

from __future__ import annotations


class ModuleDocFragment:
    """Options of the modules that talk to a Docker Engine."""

    DOCUMENTATION = r"""
options:
  docker_host:
    description:
      - Where the Docker Engine answers, as a URL of a socket (V(unix:///run/user/1000/docker.sock)) or of a port (V(tcp://192.0.2.10:2376)).
      - Where it is not given, the engine is found in the order of the C(docker) command line, that is E(DOCKER_HOST), the current context, and
        the default socket.
    type: str
    aliases: [docker_url]
  tls:
    description:
      - Whether a port is spoken to with TLS, without looking at the server's certificate.
      - Where it is not given, E(DOCKER_TLS) decides.
    type: bool
  validate_certs:
    description:
      - Whether a port is spoken to with TLS and the server's certificate must be valid. Outranks O(tls).
      - Where it is not given, E(DOCKER_TLS_VERIFY) decides.
    type: bool
    aliases: [tls_verify]
  ca_path:
    description:
      - The file with the certificate of the authority that signed the server's certificate.
      - Where it is not given and E(DOCKER_CERT_PATH) is set, C(ca.pem) in that folder.
    type: path
    aliases: [ca_cert, tls_ca_cert, cacert_path]
  client_cert:
    description:
      - The file with the certificate to show to the server.
      - Where it is not given and E(DOCKER_CERT_PATH) is set, C(cert.pem) in that folder.
    type: path
    aliases: [tls_client_cert, cert_path]
  client_key:
    description:
      - The file with the key of O(client_cert).
      - Where it is not given and E(DOCKER_CERT_PATH) is set, C(key.pem) in that folder.
    type: path
    aliases: [tls_client_key, key_path]
  tls_hostname:
    description:
      - The name that the server's certificate has to carry, where it is not the name in O(docker_host).
      - Where it is not given, E(DOCKER_TLS_HOSTNAME) decides.
    type: str
  api_version:
    description:
      - The version of the Engine API to speak. V(auto) takes the newest one that both sides know.
      - Where it is not given, E(DOCKER_API_VERSION) decides.
    type: str
    default: auto
    aliases: [docker_api_version]
  timeout:
    description:
      - How many seconds to wait for one answer of the engine.
      - Where it is not given, E(DOCKER_TIMEOUT) decides.
    type: int
    default: 60
"""
