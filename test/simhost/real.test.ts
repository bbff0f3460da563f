import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const repository = path.join(import.meta.dirname, '../..')
const bun = path.join(repository, 'node_modules/.bin/bun')
const program = path.join(repository, 'conformance/simhost/simhost.ts')
const host = `test-real-${process.pid}`
const isRoot = process.getuid?.() === 0

function simhost(...words: string[]) {
  const done = spawnSync(bun, [program, ...words], { encoding: 'utf8', cwd: '/' })
  return { status: done.status, stdout: done.stdout, stderr: done.stderr }
}

/** Runs a script inside the host and gives its output. */
function sh(script: string): string {
  const { status, stdout, stderr } = simhost('exec', host, '--', 'sh', '-ec', script)
  if (status !== 0) throw new Error(`${script}\nstatus ${status}\n${stdout}${stderr}`)
  return stdout
}

if (!isRoot) console.log('simulated host: not root, skipped')

describe.skipIf(!isRoot)('the simulated host, really made', () => {
  beforeAll(() => {
    const made = simhost('create', '--racct', host)
    expect(made, made.stderr).toMatchObject({ status: 0 })
    expect(simhost('exec', host, '--', bun, program, 'makeroot', '/jt')).toMatchObject({ status: 0 })
  })
  afterAll(() => {
    simhost('destroy', host)
  })

  it('packets reach each other between three vnet jails on one bridge, over IPv4 and IPv6', () => {
    const output = sh(`
      ifconfig bridge create name br0
      ifconfig br0 inet 10.0.0.1/24 up
      ifconfig br0 inet6 fd00::1/64
      for i in 1 2 3; do
        jail -c name=v$i path=/jt persist vnet=new
        e=$(ifconfig epair create)
        ifconfig br0 addm $e
        ifconfig $e up
        ifconfig \${e%a}b name e0b_v$i
        ifconfig e0b_v$i vnet v$i
        ifconfig -j v$i lo0 127.0.0.1/8 up
        ifconfig -j v$i e0b_v$i inet 10.0.0.1$i/24 up
        ifconfig -j v$i e0b_v$i inet6 fd00::1$i/64
        route -j v$i add default 10.0.0.1
      done
      jexec v1 ping -c 1 10.0.0.12
      jexec v2 ping -c 1 10.0.0.13
      # No packet leaves from an IPv6 address while it is tentative.
      while { ifconfig br0; ifconfig -j v1 e0b_v1; ifconfig -j v3 e0b_v3; } | grep -q tentative; do sleep 0.2; done
      jexec v3 ping -c 1 fd00::11
      ping -c 1 fd00::13
    `)
    expect(output.match(/ 1 packets received/g)).toHaveLength(4)
  })

  it('interfaces of a removed jail come back late, under the name that they have', () => {
    sh('jail -r v1 v2 v3 >/dev/null; until ifconfig -l | grep -q e0b_v1; do sleep 0.1; done')
    expect(sh('ifconfig -l').trim()).toBe('vtnet0 lo0 br0 epair0a epair1a epair2a e0b_v3 e0b_v2 e0b_v1')
    expect(
      sh('for i in 1 2 3; do ifconfig e0b_v$i destroy; done; ifconfig br0 destroy; ifconfig -l').trim(),
    ).toBe('vtnet0 lo0')
  })

  it('a devfs shows what its rules leave, for later devices too', () => {
    const output = sh(`
      kldload drm
      devfs rule -s 500 add hide
      devfs rule -s 500 add path null unhide
      mount -t devfs -o ruleset=500 devfs /jt/dev
      ls /jt/dev
      devfs -m /jt/dev rule apply path drm unhide
      devfs -m /jt/dev rule apply path drm/128 unhide mode 0666
      ls -l /jt/dev/drm | sed 1d | cut -c1-26
      echo hello > /jt/dev/null
      umount /jt/dev
      devfs rule -s 500 delset
      devfs rule showsets`)
    expect(output).toBe('null\ncrw-rw-rw-  1 root video 0\n1\n2\n3\n4\n5\n')
  })

  it('the processes of a jail are bound to its processors and counted', () => {
    const output = sh(`
      jail -c name=lim path=/jt persist
      cpuset -l 0 -j lim
      jexec lim sleep 1000 >/dev/null 2>&1 &
      until pgrep -j lim sleep >/dev/null; do sleep 0.1; done
      rctl -u jail:lim | grep -E '^(maxproc|nthr)='
      grep Cpus_allowed_list /proc/$(pgrep -j lim sleep)/status | cut -f2
      jail -r lim`)
    expect(output).toBe('maxproc=1\nnthr=1\n0\n')
  })
})
