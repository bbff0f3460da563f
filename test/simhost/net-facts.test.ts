import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { machine, obstacle } from './machine.ts'

if (obstacle !== undefined) console.log(`skipped: ${obstacle}`)

/**
 * Adds an address and binds to it until that works; prints how the first and the last bind ended. An address is tentative for a
 * second: where the first bind comes later than that, it tells nothing, and another address is taken (`%` is its number).
 */
const BIND = `
const { execFileSync } = require('node:child_process')
const net = require('node:net')
const TENTATIVE = 1000
let number = 0
let begin, first
const words = () => process.argv.slice(1).map(word => word.replace('%', number))
const next = () => {
  number += 1
  first = undefined
  begin = Date.now()
  execFileSync('ifconfig', words().slice(1))
  attempt()
}
const attempt = () => {
  const server = net.createServer()
  const end = how => {
    if (first === undefined && how === 'bound' && Date.now() - begin > TENTATIVE) return server.close(next)
    first ??= how
    if (how !== 'bound') return setTimeout(attempt, 50)
    console.log(first, how)
    process.exit()
  }
  server.on('error', error => end(error.code))
  server.listen(0, words()[0], () => end('bound'))
}
next()
`

/** Adds addresses until the interface is shown within the second for which the last one is tentative; prints what is shown. */
const SHOWN = `
const { execFileSync } = require('node:child_process')
const [name, prefix] = process.argv.slice(1)
for (let number = 1; ; number += 1) {
  const begin = Date.now()
  execFileSync('ifconfig', [name, 'inet6', prefix + number + '/64', 'alias'])
  const shown = execFileSync('ifconfig', [name], { encoding: 'utf8' })
  if (Date.now() - begin > 1000) continue
  console.log(shown.split('\\n').find(line => line.includes(prefix + number + ' ')))
  break
}
`

describe.skipIf(obstacle !== undefined)('network facts of FreeBSD that take a switch or a module', () => {
  let host: ReturnType<typeof machine>
  const sh = (line: string) => host.sh(line)
  const bind = (address: string, ...words: string[]) =>
    host.exec(process.execPath, '-e', BIND, address, ...words).stdout.trim()
  beforeAll(() => {
    host = machine('netfacts')
    sh('ifconfig epair create; ifconfig epair0a up; ifconfig epair0b up')
  })
  afterAll(() => {
    host.destroy()
  })

  it('a new IPv6 address is tentative, and bind(2) to it fails until that is over', () => {
    expect(bind('fd00::5:%', 'epair0a', 'inet6', 'fd00::5:%/64', 'alias')).toBe('EADDRNOTAVAIL bound')
    const shown = host.exec(process.execPath, '-e', SHOWN, 'epair0a', 'fd00::6:').stdout
    expect(shown).toMatch(/^\tinet6 fd00::6:\d+ prefixlen 64 tentative\n$/)
    expect(sh('ifconfig epair0a').stdout).toMatch(/\tinet6 fd00::5:\d+ prefixlen 64\n/)
  })

  it('with no_dad, on a loopback, and with dad_count=0, bind(2) to a new IPv6 address works at once', () => {
    sh('ifconfig epair0a inet6 no_dad')
    expect(bind('fd00::7:%', 'epair0a', 'inet6', 'fd00::7:%/64', 'alias')).toBe('bound bound')
    expect(sh('ifconfig epair0a inet6 -no_dad; ifconfig lo0').stdout).not.toContain('tentative')
    expect(bind('fd00:1::%', 'lo0', 'inet6', 'fd00:1::%/128', 'alias')).toBe('bound bound')
    sh('sysctl net.inet6.ip6.dad_count=0')
    expect(bind('fd00::8:%', 'epair0a', 'inet6', 'fd00::8:%/64', 'alias')).toBe('bound bound')
  })

  it('pf in a jail needs a network stack of its own and a securelevel below 2', () => {
    sh('kldload pf; mount -t devfs devfs /jt/dev')
    sh('jail -c name=p path=/jt persist; jail -c name=v path=/jt persist vnet')
    expect(sh('jexec p pfctl -e').stderr).toBe('pfctl: DIOCSTART: Operation not permitted\n')
    expect(sh('jexec v pfctl -e').stderr).toBe('pf enabled\n')
    expect(sh('jexec v pfctl -e').stderr).toBe('pfctl: pf already enabled\n')
    expect(sh('jexec v pfctl -s info; pfctl -s info').stdout).toBe('Status: Enabled\nStatus: Disabled\n')
    sh('jail -m name=v securelevel=2')
    expect(sh('jexec v pfctl -d').stderr).toBe('pfctl: DIOCSTOP: Operation not permitted\n')
    expect(sh('jexec v pfctl -s info').status).toBe(0)
    sh('jail -m name=v securelevel=3')
    expect(sh('jexec v pfctl -s info').stderr).toBe('pfctl: DIOCGETSTATUS: Operation not permitted\n')
    sh('jail -r p v; umount /jt/dev')
  })

  it('a process runs with a routing table that net.fibs permits, and its children inherit it', () => {
    expect(sh('setfib 1 true').stderr).toBe('setfib: 1: invalid FIB (max 0)\n')
    expect(sh('jail -c name=f path=/jt exec.fib=1 command=/bin/sh -c true').stderr).toBe(
      'jail: setfib: Invalid argument\njail: /bin/sh -c true: failed\n',
    )
    expect(sh('sysctl net.fibs=3').stdout).toBe('net.fibs: 1 -> 3\n')
    expect(sh('setfib -F 2 sh -c "sysctl -n net.my_fibnum; :"; sysctl -n net.my_fibnum').stdout).toBe(
      '2\n0\n',
    )
    expect(sh('jail -c name=f path=/jt exec.fib=1 command=/sbin/sysctl -n net.my_fibnum').stdout).toBe('1\n')
  })

  it('a new network stack has one routing table, and a process with another one cannot enter it', () => {
    sh('jail -c name=n path=/jt vnet persist')
    expect(sh('jexec n sysctl -n net.fibs').stdout).toBe('1\n')
    expect(sh('setfib 2 jexec n true').stderr).toMatch(/^jexec: jail_attach\([0-9]+\): Invalid argument\n$/)
    expect(sh('jexec n sysctl net.fibs=3; sysctl -n net.fibs').stdout).toBe('net.fibs: 1 -> 3\n3\n')
    expect(sh('setfib 2 jexec n sysctl -n net.my_fibnum').stdout).toBe('2\n')
    sh('jail -r n')
  })

  it('mount(8) starts the helpers of some types, which find no device on this host', () => {
    for (const type of ['nfs', 'fusefs', 'smbfs'])
      expect(sh(`mount -d -t ${type} /x /tmp`).stdout).toBe(`exec: mount_${type} /x /tmp\n`)
    expect(sh('mount_nfs /nosuch /tmp').stderr).toBe('mount_nfs: /nosuch: No such file or directory\n')
  })
})
