/** Engines raise their soft limit of descriptors when they start: a program gets the one that the caller had. */
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { destroyHost, freshHost, makeRoot, onHost, simulationPossible } from './host.ts'

const host = freshHost('limits')
afterAll(() => destroyHost(host))

/** Prints the limits of `run`'s, of `start`'s and of `exec`'s program, and of one that has limits of its own. */
const script = `
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

describe.skipIf(!simulationPossible())('the soft limit of descriptors', () => {
  beforeAll(() => makeRoot(host, '/var/limits/b/rootfs'))
  const bin = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))

  it.each(['dist/jailwright', 'bin/jailwright'])('is the one of the caller: %s', path => {
    const { stdout } = onHost(host, ['sh', '-c', script, 'sh', bin(path)])
    expect(stdout.split('\n')).toEqual(['300', '4096', '300', '4096', '200', '4096', '150', '250'])
  })
})
