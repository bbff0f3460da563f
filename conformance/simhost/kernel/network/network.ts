/** Network stacks of the simulated kernel: the host's, those of vnet jails, and the tools that configure them. */
import fs from 'node:fs'
import type { Json } from '../../client.ts'
import { tunnelNode } from '../../rules/devfs/nodes.ts'
import { parseInet6 } from '../../rules/net/address.ts'
import { loopbackUp } from '../../rules/net/addresses.ts'
import { ifconfigTool, type NetCaller } from '../../rules/net/ifconfig.ts'
import { FLAG, type Vnet } from '../../rules/net/interface.ts'
import { NetKernel } from '../../rules/net/kernel.ts'
import { netstatTool } from '../../rules/net/netstat.ts'
import { type EchoRequest, pingTool } from '../../rules/net/ping.ts'
import { routeTool } from '../../rules/net/route.ts'
import type { Devfs } from '../devices/devfs.ts'
import type { Jail } from '../jails/table.ts'
import { type Caller, HOST, type Kernel, KernelError } from '../kernel.ts'
import type { Parts } from '../offered-parts.ts'
import { log } from '../server.ts'
import { sendEcho } from './icmp.ts'
import { Links } from './links.ts'

/** sysctls of a network stack (CTLFLAG_VNET) with their values at boot. */
const STACK_OIDS: Readonly<Record<string, string>> = {
  'net.inet.ip.forwarding': '0',
  'net.inet6.ip6.forwarding': '0',
  'net.inet.ip.redirect': '1',
  'net.inet6.ip6.accept_rtadv': '0',
  'net.inet6.ip6.dad_count': '1',
  'net.inet.ip.portrange.first': '10000',
  'net.inet.ip.portrange.last': '65535',
  'net.inet.ip.portrange.reservedhigh': '1023',
  'net.inet.icmp.icmplim': '200',
  'net.inet.tcp.blackhole': '0',
}
/** sysctls of a network stack that exist only while if_bridge or if_epair is loaded. */
const BRIDGE_OIDS: Readonly<Record<string, string>> = {
  'net.link.bridge.ipfw': '0',
  'net.link.bridge.member_ifaddrs': '1',
  'net.link.bridge.log_mac_flap': '1',
  'net.link.bridge.allow_llz_overlap': '0',
  'net.link.bridge.inherit_mac': '0',
  'net.link.bridge.log_stp': '0',
  'net.link.bridge.pfil_local_phys': '0',
  'net.link.bridge.pfil_member': '0',
  'net.link.bridge.ipfw_arp': '0',
  'net.link.bridge.pfil_bridge': '0',
  'net.link.bridge.pfil_onlyip': '1',
}
/** The files of Linux's switches that do the same as a sysctl. */
const REAL_OIDS: Readonly<Record<string, string>> = {
  'net.inet.ip.forwarding': 'ipv4/ip_forward',
  'net.inet6.ip6.forwarding': 'ipv6/conf/all/forwarding',
}

/** How long before its time an address is looked at, in milliseconds: longer than the calls between two looks take. */
const AHEAD = 50

/** Whether Linux still looks for duplicates of an address, by proc's if_inet6: IFA_F_TENTATIVE without IFA_F_DADFAILED. */
function isDetecting(text: string, linuxName: string | undefined, address: string): boolean {
  const hex = (parseInet6(address) ?? []).map(group => group.toString(16).padStart(4, '0')).join('')
  return text.split('\n').some(line => {
    const [known, , , , flags = '', name] = line.trim().split(/\s+/)
    return known === hex && name === linuxName && (Number.parseInt(flags, 16) & 0x48) === 0x40
  })
}

/** The network stacks of the host and its jails, and the real interfaces of Linux behind them. */
export class Network {
  readonly net: NetKernel
  private readonly kernel: Kernel
  private readonly parts: Parts
  private readonly links = new Links()
  private readonly oids = new Map<Vnet, Map<string, string>>()

  constructor(kernel: Kernel, parts: Parts, devfs: Devfs) {
    this.kernel = kernel
    this.parts = parts
    this.links.open(0)
    const around = {
      backend: this.links,
      loadModule: (name: string) => parts.klds.want(name),
      tunnelChanged: (name: string, present: boolean) =>
        present ? devfs.addNodes([tunnelNode(name)]) : devfs.removeNodes([name]),
      memberAddresses: () => this.oid(this.net.host, 'net.link.bridge.member_ifaddrs') !== '0',
      detectsDuplicates: (vnet: Vnet) => this.oid(vnet, 'net.inet6.ip6.dad_count') !== '0',
      now: () => Date.now(),
    }
    this.net = new NetKernel(around, String(kernel.call(HOST, 'sysctl', 'kern.hostuuid')))
    this.net.boot()
  }

  /** The stack that the processes of a jail use. */
  stackOf(jid: number): Vnet {
    return this.net.vnets.get(this.parts.jails.table.get(jid)?.vnet ?? 0) ?? this.net.host
  }

  jailCreated(jid: number): void {
    const jail = this.parts.jails.table.get(jid)
    if (jail === undefined || jail.vnet !== jid) return
    const vnet = this.net.createVnet(jid, jail.name, String(jail.values.get('host.hostuuid') ?? ''))
    this.parts.jails.inNetwork(jid, () => this.links.open(vnet.id))
  }

  jailRemoving(jid: number): void {
    // The socket of the links holds the namespace until the interfaces are back on the host.
    this.net.destroyVnet(jid, vnet => {
      this.links.close(vnet.id)
      this.oids.delete(vnet)
    })
  }

  /**
   * An address whose time of detection is over stays tentative for as long as Linux still looks for duplicates, which begins
   * late on a busy machine: ifconfig(8) must not say that an address works while bind(2) refuses it.
   */
  private awaitDetection(): void {
    const soon = Date.now() + AHEAD
    for (const vnet of this.net.vnets.values()) {
      const due = vnet.interfaces.filter(item =>
        item.addresses.some(({ tentativeUntil = Number.POSITIVE_INFINITY }) => tentativeUntil <= soon),
      )
      if (due.length === 0) continue
      const text = this.parts.jails.inNetwork(vnet.jid, () =>
        fs.readFileSync('/proc/thread-self/net/if_inet6', 'utf8'),
      )
      for (const item of due) {
        for (const entry of item.addresses) {
          if ((entry.tentativeUntil ?? Number.POSITIVE_INFINITY) > soon) continue
          entry.tentativeUntil = isDetecting(text, item.linuxName, entry.address) ? soon + AHEAD : undefined
        }
      }
    }
  }

  settle(): void {
    this.awaitDetection()
    this.net.settle()
    for (const complaint of this.net.complaints.splice(0)) log(`network: ${complaint}`)
  }

  reset(): void {
    this.net.settle(true)
    const { host } = this.net
    for (const item of [...host.interfaces])
      if (item.clone && host.interfaces.includes(item)) this.net.destroy(item)
    host.routes = []
    this.oids.delete(host)
    for (const item of host.interfaces) {
      for (const { address, prefix } of item.addresses)
        if (item.kind !== 'lo') this.net.dropReal(item, address, prefix)
      item.addresses = item.addresses.filter(
        ({ address }) => item.kind === 'lo' && /^(127\.0\.0\.1|::1|fe80::1)$/.test(address),
      )
    }
  }

  /** The caller as the network tools know it: its stack, its rights, what it sees. */
  caller(caller: Caller): NetCaller {
    const { jails } = this.parts
    const jail = jails.table.get(caller.jid)
    const vnet = this.stackOf(caller.jid)
    const routing = (j: Jail | undefined) =>
      j === undefined || j.vnet === j.jid || j.values.get('allow.routing') === true
    return {
      kernel: this.net,
      vnet,
      privileged: caller.uid === 0 && (jail === undefined || jail.vnet === jail.jid),
      root: caller.uid === 0,
      routing: caller.uid === 0 && routing(jail),
      sees: address => {
        if (jail === undefined || jail.vnet === jail.jid) return true
        const family = address.includes(':') ? 'ip6' : 'ip4'
        const list = jail.values.get(`${family}.addr`)
        if (Array.isArray(list)) return list.includes(address)
        return jail.values.get(family) !== 'disable'
      },
      jail: name => {
        const jid = this.kernel.call(caller, 'jailId', name)
        if (typeof jid !== 'number') return undefined
        return { jid, vnet: this.stackOf(jid), routing: routing(jails.table.get(jid)) }
      },
    }
  }

  private values(vnet: Vnet): Map<string, string> {
    let values = this.oids.get(vnet)
    if (values === undefined) {
      values = new Map()
      this.oids.set(vnet, values)
    }
    return values
  }

  private oid(vnet: Vnet, name: string): string {
    return this.values(vnet).get(name) ?? STACK_OIDS[name] ?? BRIDGE_OIDS[name] ?? ''
  }

  /** Sets a sysctl of the caller's stack, and the switch of Linux where there is one. */
  setOid(caller: Caller, name: string, value: string): void {
    const jid = this.stackOf(caller.jid).jid
    this.values(this.stackOf(caller.jid)).set(name, value)
    const file = REAL_OIDS[name]
    if (file === undefined) return
    try {
      this.parts.jails.inNetwork(jid, () =>
        fs.writeFileSync(`/proc/sys/net/${file}`, value === '0' ? '0' : '1'),
      )
    } catch (error) {
      log(`sysctl ${name}: ${String(error)}`)
    }
  }

  defineOids(): void {
    const { sysctls, klds } = this.parts
    const define = (name: string) => ({
      get: (caller: Caller) => this.oid(this.stackOf(caller.jid), name),
      set: (caller: Caller, value: string) => this.setOid(caller, name, value),
    })
    for (const name of Object.keys(STACK_OIDS)) sysctls.define(name, define(name))
    sysctls.variable('net.ifdescr_maxlen', 1024)
    sysctls.variable('net.link.tap.up_on_open', 0)
    sysctls.variable('net.link.tap.user_open', 0)
    sysctls.tree(() =>
      klds.has('if_bridge') ? Object.keys(BRIDGE_OIDS).map(name => [name, define(name)]) : [],
    )
    let generate = '1'
    const epair = {
      get: () => generate,
      set: (_: Caller, value: string) => {
        generate = value
      },
    }
    sysctls.tree(() => (klds.has('if_epair') ? [['net.link.epair.ether_gen_addr', epair]] : []))
    // Root of a vnet jail may change its own stack.
    this.kernel.wrap('sysctlSet', old => (caller, name, value) => {
      const own = Object.hasOwn(STACK_OIDS, String(name)) || Object.hasOwn(BRIDGE_OIDS, String(name))
      if (caller.jid === 0 || caller.uid !== 0 || !own || !this.caller(caller).privileged)
        return old(caller, name, value)
      this.setOid(caller, String(name), String(value))
      return null
    })
  }
}

/** Registers the calls about the network. */
export function installNetwork(kernel: Kernel, parts: Parts, devfs: Devfs): Network {
  const network = new Network(kernel, parts, devfs)
  network.defineOids()
  kernel.on('tick', () => network.settle())
  kernel.on('jailCreated', jid => network.jailCreated(jid))
  kernel.on('jailRemoving', jid => network.jailRemoving(jid))
  kernel.on('reboot', () => network.reset())
  const words = (argv: Json | undefined): string[] => argv as string[]
  kernel.register(
    'ifconfigTool',
    (caller, argv) => ifconfigTool(words(argv), network.caller(caller)) as unknown as Json,
  )
  kernel.register('routeTool', (caller, argv) => {
    const who = network.caller(caller)
    return routeTool(words(argv), who) as unknown as Json
  })
  kernel.register(
    'netstatTool',
    (caller, argv) =>
      netstatTool(words(argv), network.stackOf(caller.jid), name => {
        const jid = kernel.call(caller, 'jailId', name)
        return typeof jid === 'number' ? network.stackOf(jid) : undefined
      }) as unknown as Json,
  )
  kernel.register('pingTool', (caller, argv, six) => {
    const jail = parts.jails.table.get(caller.jid)
    const vnet = network.stackOf(caller.jid)
    const raw = jail === undefined || jail.vnet !== 0 || jail.values.get('allow.raw_sockets') === true
    const host = {
      vnet,
      raw: raw && caller.uid === 0,
      echo: (request: EchoRequest) => parts.jails.inNetwork(vnet.jid, () => sendEcho(request)),
    }
    return pingTool(words(argv), host, six === true) as unknown as Json
  })
  kernel.register('loopbackUp', caller => {
    const who = network.caller(caller)
    if (!who.privileged) throw new KernelError('EPERM')
    loopbackUp(network.net, who.vnet)
    return null
  })
  // jail(8) asks whether the caller's stack has an interface of that name, and whether it is up.
  kernel.register('interface', (caller, name) => {
    const item = network.net.find(network.stackOf(caller.jid), String(name))
    if (item === undefined) throw new KernelError('ENXIO')
    return { name: item.name, up: (item.flags & FLAG.UP) !== 0 }
  })
  return network
}
