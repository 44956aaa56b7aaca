#!/bin/sh
# Start the engine of a docker host that is itself a container, without privileges that the machine may not have to give.
set -eu
groups=/sys/fs/cgroup
# The engine makes the groups of its containers below the group of this one, and sets up their networks: both places are read-only at first.
for mounted in /proc/sys $(findmnt --noheadings --list --output TARGET --types cgroup,cgroup2); do
    mount -o remount,bind,rw "$mounted"
done
if [ -e "$groups/cgroup.controllers" ]; then
    # cgroup v2 hands controllers down only from a group that holds no process, so those that run move into one below.
    mkdir -p "$groups/host"
    while read -r process; do
        echo "$process" >"$groups/host/cgroup.procs" || true
    done <"$groups/cgroup.procs"
    sed 's/[^ ]*/+&/g' "$groups/cgroup.controllers" >"$groups/cgroup.subtree_control"
fi
exec dockerd
