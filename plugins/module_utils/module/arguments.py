# Copyright: (c) 2026, homelab.media_center contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Argument specs of the modules, each group defined once."""

from __future__ import annotations

from typing import Any, Dict

from ansible.module_utils.basic import env_fallback

Spec = Dict[str, Dict[str, Any]]


def engine_arguments() -> Spec:
    """Where a Docker Engine answers; names and environment variables are those of community.docker."""
    return {
        "docker_host": {"type": "str", "aliases": ["docker_url"]},
        "tls": {"type": "bool"},
        "validate_certs": {"type": "bool", "aliases": ["tls_verify"]},
        "ca_path": {"type": "path", "aliases": ["ca_cert", "tls_ca_cert", "cacert_path"]},
        "client_cert": {"type": "path", "aliases": ["tls_client_cert", "cert_path"]},
        "client_key": {"type": "path", "aliases": ["tls_client_key", "key_path"], "no_log": False},
        "tls_hostname": {"type": "str"},
        "api_version": {"type": "str", "default": "auto", "aliases": ["docker_api_version"]},
        "timeout": {"type": "int", "default": 60, "fallback": (env_fallback, ["DOCKER_TIMEOUT"])},
    }


def stack_options() -> Spec:
    """One entry of ``stacks`` as the action plugin hands it to the host."""
    return {
        "name": {"type": "str", "required": True},
        "project_name": {"type": "str"},
        "project_directory": {"type": "str"},
        "files": {"type": "list", "elements": "str"},
        "env_files": {"type": "list", "elements": "str"},
        "profiles": {"type": "list", "elements": "str"},
        "repository": {"type": "str", "default": "homelab-apps"},
        "folder": {"type": "str"},
        "template": {"type": "bool", "default": False},
        "vars_files": {"type": "list", "elements": "str"},
        "images": {"type": "list", "elements": "str"},
        "assigned": {"type": "bool", "default": True},
    }


def compose_read_arguments() -> Spec:
    """What both compose modules take to read a host."""
    return {
        "target": {"type": "str"},
        "stacks": {"type": "list", "elements": "dict", "options": stack_options()},
        "repositories": {"type": "dict"},
        "revision": {"type": "str"},
        "compose_command": {"type": "list", "elements": "str"},
        "sources": {"type": "str", "no_log": True},
        "fingerprint_key": {"type": "str", "no_log": True},
        **engine_arguments(),
    }


def compose_info_arguments() -> Spec:
    """Arguments of ``compose_stack_info``."""
    return {"target": {"type": "str"}, "fingerprint_key": {"type": "str", "no_log": True}, **engine_arguments()}


def guard_arguments() -> Spec:
    """What the action plugins look at before git may win."""
    return {"branch": {"type": "str"}, "ask_remote": {"type": "bool", "default": True}}


def compose_stack_arguments() -> Spec:
    """Arguments of ``compose_stack``."""
    return {
        **guard_arguments(),
        "git_wins": {"type": "list", "elements": "str"},
        "adopt": {"type": "bool", "default": False},
        "prune": {"type": "bool", "default": False},
        "prune_count": {"type": "int"},
        "allow_recreate": {"type": "list", "elements": "str"},
        "protected": {"type": "list", "elements": "str"},
        "backup_directory": {"type": "path"},
        **compose_read_arguments(),
    }


def app_arguments(*apps: str) -> Spec:
    """Where an app answers, and as whom. Where there is one app only, nobody has to name it."""
    named: Dict[str, Any] = {"required": True} if len(apps) > 1 else {"default": apps[0]}
    return {
        "app": {"type": "str", "choices": sorted(apps), **named},
        "target": {"type": "str"},
        "url": {"type": "str", "required": True},
        "api_key": {"type": "str", "no_log": True, "fallback": (env_fallback, ["MEDIA_CENTER_API_KEY"])},
        "username": {"type": "str", "fallback": (env_fallback, ["MEDIA_CENTER_USERNAME"])},
        "password": {"type": "str", "no_log": True, "fallback": (env_fallback, ["MEDIA_CENTER_PASSWORD"])},
        "headers": {"type": "dict", "no_log": True},
        "validate_certs": {"type": "bool", "default": True},
        "ca_path": {"type": "path"},
        "timeout": {"type": "int", "default": 30},
    }


def vpn_arguments() -> Spec:
    """Arguments of ``vpn_info``: where the control server answers, and both ways to log in there."""
    shared = app_arguments("")
    del shared["app"]
    return {
        **shared,
        "vpn": {"type": "str", "default": "gluetun"},
        "url": {"type": "str"},
    }


def unread_options() -> Spec:
    """One entry of what ``app_secrets_info`` could not read."""
    return {
        "reason": {"type": "str", "required": True},
        "remedy": {"type": "str"},
        "what": {"type": "str", "choices": ["secrets", "api_key", "both"], "default": "both"},
        "instance": {"type": "str"},
    }


def settings_arguments(*apps: str) -> Spec:
    """Arguments of a module that compares the settings of an app and lets git win on request."""
    return {
        "settings": {"type": "dict"},
        "file": {"type": "str"},
        "repository": {"type": "str", "default": "homelab-apps"},
        "repository_path": {"type": "path"},
        "git_wins": {"type": "bool", "default": False},
        "prune": {"type": "list", "elements": "str"},
        "prune_count": {"type": "int"},
        "allow": {"type": "list", "elements": "str", "choices": ["access", "bulk_effect", "hidden"]},
        "previous_directory": {"type": "path"},
        "secrets": {"type": "str", "no_log": True},
        # As one text: Ansible would copy, check and send back each of its thousands of values.
        "lines": {"type": "str"},
        "fault": {"type": "str"},
        "fingerprints": {"type": "dict"},
        "unread_secrets": {"type": "list", "elements": "dict", "no_log": False, "options": unread_options()},
        "secrets_host": {"type": "str", "no_log": False},
        "fingerprint_key": {"type": "str", "no_log": True},
        **guard_arguments(),
        **app_arguments(*apps),
    }
