/** A command that is killed while a tool of the host runs. The tool goes on, and `delete` has to wait for it. */
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { destroyHost, freshHost, onHost, simulationPossible } from './host.ts'

const host = freshHost('slow')
afterAll(() => destroyHost(host))

/** A script that makes ifconfig(8) take a second, and kills create while it runs. */
const script = `
set -e
runtime=$1
mkdir -p /var/slow/b /var/slow/run
cp -a /rescue /var/slow/b/rescue
echo '{"ociVersion":"1.3.0","process":{"args":["/rescue/true"],"cwd":"/"},"root":{"path":"."},"annotations":{
  "org.freebsd.jail.vnet":"new","org.jailwright.net.0.bridge":"bridge7"}}' >/var/slow/b/config.json
ifconfig bridge7 create up
mv /sbin/ifconfig /sbin/ifconfig-real
printf '#!/bin/bash\\nsleep 1\\nexec -a ifconfig /sbin/ifconfig-real "$@"\\n' >/sbin/ifconfig
chmod 755 /sbin/ifconfig
$runtime --root /var/slow/run create -b /var/slow/b slow </dev/null >/dev/null 2>&1 &
creator=$!
sleep 0.5
kill -9 $creator
$runtime --root /var/slow/run delete --force slow
jls name
sleep 1.5
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
