/** The limits and descriptors that a container gets from its caller. */
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { destroyHost, freshHost, makeRoot, onHost, simulationPossible } from './host.ts'

const host = freshHost('limits')
afterAll(() => destroyHost(host))

/** A script that prints the limits of the programs of `run`, `start` and `exec`, and of a program with limits of its own. */
const limits = `
set -e
runtime="$1 --root /var/limits/run"
mkdir -p /var/limits/run
config() {
  echo '{"ociVersion":"1.3.0","root":{"path":"rootfs"},"process":{"cwd":"/","args":["/bin/sh","-c","'"$1"'"]'"$2"'}}' \\
    >/var/limits/b/config.json
}
show='ulimit -S -n; ulimit -H -n'
config "$show"
ulimit -S -n 300
ulimit -H -n 4096
$runtime run -b /var/limits/b one
$runtime create -b /var/limits/b two >/var/limits/out
ulimit -S -n 200
$runtime start two
while $runtime state two | grep -q running; do sleep 0.1; done
cat /var/limits/out
$runtime delete two
config 'exec /bin/sleep 100'
$runtime create -b /var/limits/b three </dev/null >/dev/null 2>&1
$runtime start three
$runtime exec three /bin/sh -c "$show"
$runtime delete --force three
config "$show" ',"rlimits":[{"type":"RLIMIT_NOFILE","soft":150,"hard":250}]'
$runtime run -b /var/limits/b four
`

const directory = `
echo '{"ociVersion":"1.3.0","root":{"path":"rootfs"},"process":{"cwd":"/","args":["/bin/true"]}}' \\
  >/var/limits/b/config.json
$1 --root /var/limits/run create -b /var/limits/b five </dev/null 2>/var/limits/err 1</ && echo created
cat /var/limits/err
ls -A /var/limits/run | grep -v lock || true
`

describe.skipIf(!simulationPossible())('the caller', () => {
  beforeAll(() => makeRoot(host, '/var/limits/b/rootfs'))
  const bin = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
  const inside = (script: string, path: string) => onHost(host, ['sh', '-c', script, 'sh', bin(path)])

  // Node raises its own limit when it starts; the program of the container must not inherit that.
  it.each(['dist/jailwright', 'bin/jailwright'])(
    "the program has its caller's soft limit of descriptors: %s",
    path => {
      const { stdout } = inside(limits, path)
      expect(stdout.split('\n')).toEqual(['300', '4096', '300', '4096', '200', '4096', '150', '250'])
    },
  )

  it('a directory as a standard stream is refused by name, because jail_attach(2) refuses it', () => {
    const { stdout } = inside(directory, 'dist/jailwright')
    expect(stdout).toBe(
      'jailwright: standard output is a directory: a process of the jail could leave its root by it',
    )
  })
})
