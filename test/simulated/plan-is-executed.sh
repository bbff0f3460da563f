# Run inside a simulated host: prints the plan of a bundle as JSON, then what reached the host when it was created.
set -e
runtime=$1
mkdir -p /var/plan/b/rootfs/dev /var/plan/b/rootfs/etc /var/plan/b/rootfs/fill /var/plan/volume /var/plan/run
cp -a /rescue /var/plan/b/rootfs
echo file >/var/plan/file
cat >/var/plan/b/config.json <<'JSON'
{
  "ociVersion": "1.3.0",
  "process": { "args": ["/rescue/sleep", "100"], "cwd": "/", "env": ["PATH=/rescue"], "user": { "uid": 0, "gid": 0 } },
  "root": { "path": "rootfs", "readonly": true },
  "hostname": "planned.example",
  "mounts": [
    { "destination": "/etc/file", "type": "nullfs", "source": "/var/plan/file", "options": ["ro"] },
    { "destination": "/dev/fd", "type": "fdescfs", "source": "fdesc" },
    { "destination": "/dev", "type": "devfs", "source": "devfs", "options": ["ruleset=4", "rule=path bpf unhide mode 0600"] },
    { "destination": "/data", "type": "nullfs", "source": "/var/plan/volume", "options": ["rw", "rprivate", "rbind"] },
    { "destination": "/tmp", "type": "tmpfs", "source": "tmpfs", "options": ["size=1m", "mode=1777", "nodev"] }
  ],
  "annotations": {
    "org.freebsd.jail.vnet": "new",
    "org.freebsd.jail.allow.mlock": "true",
    "org.jailwright.net.0.bridge": "bridge9",
    "org.jailwright.net.0.address": "10.9.0.2/24,fd09::2/64",
    "org.jailwright.net.0.gateway": "10.9.0.1",
    "org.jailwright.limits.maxproc": "50"
  }
}
JSON
ifconfig bridge9 create >/dev/null
$runtime --root /var/plan/run plan --id planned --format json --bundle /var/plan/b
echo ---TRACE---
JAILWRIGHT_TRACE=/var/plan/trace $runtime --root /var/plan/run create -b /var/plan/b planned >/dev/null 2>/var/plan/errors </dev/null || cat /var/plan/errors
cat /var/plan/trace
$runtime --root /var/plan/run delete --force planned
