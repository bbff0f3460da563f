import { beforeEach, describe, expect, it } from 'vitest'
import { modelOnly } from '../../conformance/simhost/rules/net/backend.ts'
import { ifconfigTool, type NetCaller } from '../../conformance/simhost/rules/net/ifconfig.ts'
import { NetKernel } from '../../conformance/simhost/rules/net/kernel.ts'
import { netstatTool } from '../../conformance/simhost/rules/net/netstat.ts'
import { type Echo, pingTool } from '../../conformance/simhost/rules/net/ping.ts'
import { routeTool } from '../../conformance/simhost/rules/net/route.ts'

let kernel: NetKernel
const caller = (privileged = true): NetCaller => ({
  kernel,
  vnet: kernel.host,
  privileged,
  root: privileged,
  routing: privileged,
  sees: () => true,
  jail: () => undefined,
})
const route = (words: string, privileged = true) => routeTool(words.split(' '), caller(privileged))

beforeEach(() => {
  kernel = new NetKernel(
    {
      backend: modelOnly,
      loadModule: () => true,
      tunnelChanged: () => undefined,
      memberAddresses: () => true,
      detectsDuplicates: () => false,
      now: () => 0,
    },
    '',
  )
  kernel.boot()
  ifconfigTool('vtnet0 inet 10.0.0.11/24'.split(' '), caller())
  ifconfigTool('vtnet0 inet6 fd00::11/64'.split(' '), caller())
})

describe('route(8)', () => {
  it('the kernel refuses route(8) for root of a classic jail, and with -j from the host too', () => {
    const inside = { ...caller(), privileged: false, routing: false }
    expect(routeTool('add default 10.0.0.1'.split(' '), inside)).toEqual({
      status: 1,
      stdout: 'add net default: gateway 10.0.0.1 fib 0: Operation not permitted\n',
      stderr: 'route: message indicates error: Operation not permitted\n',
    })
    const host = { ...caller(), jail: () => ({ jid: 1, vnet: kernel.host, routing: false }) }
    expect(routeTool('-j classic add default 10.0.0.1'.split(' '), host).status).toBe(1)
    expect(route('-n get default').status).toBe(1)
  })

  it('route(8) prints its result and its errors on standard output', () => {
    expect(route('add default 10.0.0.1')).toEqual({
      status: 0,
      stdout: 'add net default: gateway 10.0.0.1\n',
      stderr: '',
    })
    expect(route('add default 10.0.0.1')).toEqual({
      status: 1,
      stdout: 'add net default: gateway 10.0.0.1 fib 0: route already in table\n',
      stderr: 'route: message indicates error: File exists\n',
    })
    expect(route('-6 add default fd00::1').stdout).toBe('add net default: gateway fd00::1\n')
    expect(route('add -net 10.9.0.0/16 192.0.2.1')).toEqual({
      status: 1,
      stdout: 'add net 10.9.0.0: gateway 192.0.2.1 fib 0: Invalid argument\n',
      stderr: 'route: message indicates error: Invalid argument\n',
    })
    expect(route('delete 10.8.8.8')).toEqual({
      status: 1,
      stdout: 'delete host 10.8.8.8 fib 0: not in table\n',
      stderr: 'route: route has not been found\n',
    })
    expect(route('delete default').stdout).toBe('delete net default\n')
  })

  it('route(8) takes a host route over an interface, then a gateway in no network, and a link-local gateway with its zone', () => {
    expect(route('add default 192.0.2.1').status).toBe(1)
    expect(route('add -host 192.0.2.1 -iface vtnet0').stdout).toBe('add host 192.0.2.1: gateway vtnet0\n')
    expect(route('add default 192.0.2.1').stdout).toBe('add net default: gateway 192.0.2.1\n')
    expect(route('add -host 192.0.2.2 -iface nosuch')).toEqual({
      status: 65,
      stdout: '',
      stderr: "route: interface 'nosuch' does not exist\n",
    })
    expect(route('-6 add default fe80::1')).toMatchObject({
      status: 1,
      stdout: 'add net default: gateway fe80::1 fib 0: Invalid argument\n',
    })
    expect(route('-6 add default fe80::1%nosuch')).toEqual({
      status: 68,
      stdout: '',
      stderr: 'route: bad address: fe80::1%nosuch\n',
    })
    expect(route('-6 add default fe80::1%vtnet0').stdout).toBe('add net default: gateway fe80::1%vtnet0\n')
  })

  it('route get finds the most specific route', () => {
    route('add default 10.0.0.1')
    expect(route('-n get default').stdout).toMatch(/^ {4}gateway: 10\.0\.0\.1$/m)
    expect(route('-n get 10.0.0.77').stdout).toMatch(
      /^destination: 10\.0\.0\.0\n {7}mask: 255\.255\.255\.0$/m,
    )
    route('delete default')
    expect(route('-n get default')).toEqual({
      status: 1,
      stdout: '',
      stderr: 'route: route has not been found\n',
    })
  })

  it('route(8) needs root, and its statuses are those of sysexits(3)', () => {
    expect(route('add default 10.0.0.1', false)).toEqual({
      status: 77,
      stdout: '',
      stderr: 'route: must be root to alter routing table\n',
    })
    expect(route('frobnicate').status).toBe(64)
    expect(route('-j ghost get default').stderr).toBe('route: Jail not found\n')
  })

  it('netstat(1) shows the routing table', () => {
    route('add default 10.0.0.1')
    expect(netstatTool(['-rn', '-f', 'inet'], kernel.host).stdout).toBe(
      `Routing tables

Internet:
Destination        Gateway            Flags         Netif Expire
default            10.0.0.1           UGS          vtnet0
10.0.0.0/24        link#1             U            vtnet0
10.0.0.11          link#1             UHS             lo0
127.0.0.1          link#2             UH              lo0
`,
    )
  })

  it('routes disappear with the interface that they go through', () => {
    ifconfigTool('epair create'.split(' '), caller())
    ifconfigTool('epair0a inet 10.2.0.1/24'.split(' '), caller())
    route('add -net 10.3.0.0/24 10.2.0.9')
    ifconfigTool('epair0a destroy'.split(' '), caller())
    expect(kernel.host.routes).toEqual([])
  })
})

describe('ping(8)', () => {
  const ping = (words: string, echo: Echo, raw = true) =>
    pingTool(words.split(' '), { vnet: kernel.host, raw, echo: () => echo }, false)
  const answer = { from: '10.0.0.12', ttl: 64, milliseconds: 0.5, bytes: 64 }

  it("ping(8) prints what FreeBSD's prints", () => {
    expect(ping('-c 1 10.0.0.12', answer)).toEqual({
      status: 0,
      stdout:
        'PING 10.0.0.12 (10.0.0.12): 56 data bytes\n64 bytes from 10.0.0.12: icmp_seq=0 ttl=64 time=0.500 ms\n\n--- 10.0.0.12 ping statistics ---\n1 packets transmitted, 1 packets received, 0.0% packet loss\nround-trip min/avg/max/stddev = 0.500/0.500/0.500/0.000 ms\n',
      stderr: '',
    })
    expect(ping('-c 1 fd00::12', { ...answer, bytes: 16 }).stdout).toMatch(
      /^PING\(56=40\+8\+8 bytes\) fd00::11 --> fd00::12\n16 bytes from fd00::12, icmp_seq=0 hlim=64/,
    )
  })

  it('ping(8) ends with 2 without an answer and with 71 without raw sockets', () => {
    expect(ping('-c 2 10.0.0.12', 'timeout').status).toBe(2)
    expect(ping('-c 1 10.0.0.12', answer, false)).toEqual({
      status: 71,
      stdout: '',
      stderr: 'ping: ssend socket: Operation not permitted\n',
    })
  })
})
