/** A command that is killed while a tool of the host runs. The tool goes on, and `delete` has to wait for it. */
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { destroyHost, freshHost, onHost, simulationPossible } from './host.ts'

const host = freshHost('slow')
afterAll(() => destroyHost(host))

/**
 * A script that kills create while its ifconfig(8) runs, which makes an epair only when delete is waiting for it, and then
 * prints what is left.
 */
const script = `
set -e
runtime=$1
mkdir -p /var/slow/b /var/slow/run
cp -a /rescue /var/slow/b/rescue
echo '{"ociVersion":"1.3.0","process":{"args":["/rescue/true"],"cwd":"/"},"root":{"path":"."},"annotations":{
  "org.freebsd.jail.vnet":"new","org.jailwright.net.0.bridge":"bridge7"}}' >/var/slow/b/config.json
ifconfig bridge7 create up
mv /sbin/ifconfig /sbin/ifconfig-real
cat >/sbin/ifconfig <<'X'
#!/bin/bash
[ "$1 $2" = 'epair create' ] || exec -a ifconfig /sbin/ifconfig-real "$@"
: >/var/slow/running
until [ -e /var/slow/go ]; do sleep 0.05; done
(exec -a ifconfig /sbin/ifconfig-real "$@")
: >/var/slow/ended
X
chmod 755 /sbin/ifconfig
$runtime --root /var/slow/run create -b /var/slow/b slow </dev/null >/dev/null 2>&1 &
creator=$!
until [ -e /var/slow/running ]; do sleep 0.05; done
kill -9 $creator
$runtime --root /var/slow/run delete --force slow &
deleter=$!
sleep 0.5
: >/var/slow/go
wait $deleter
jls name
until [ -e /var/slow/ended ]; do sleep 0.05; done
jls name
ifconfig -g epair || true
`

describe.skipIf(!simulationPossible())('a killed create', () => {
  const bin = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))

  it.each(['dist/jailwright', 'bin/jailwright'])(
    'a killed create whose ifconfig(8) still runs leaves no jail and no epair after delete: %s',
    path => {
      const fresh = path.startsWith('dist')
        ? ''
        : 'rm -rf /var/slow; mv /sbin/ifconfig-real /sbin/ifconfig; ifconfig bridge7 destroy\n'
      const { stdout } = onHost(host, ['sh', '-c', fresh + script, 'sh', bin(path)])
      expect(stdout.trim()).toBe('')
    },
  )
})
