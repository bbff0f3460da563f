/** `check`: the settings that decide whether packets of vnet jails reach anything. */

import type { Host } from '../../host/types.ts'
import type { Finding } from './finding.ts'

/** Returns findings on forwarding and on bridges. */
export function checkNetwork(host: Host): Finding[] {
  return [
    forwarding(
      host,
      'net.inet.ip.forwarding',
      'vnet jails reach nothing beyond their bridge',
      'gateway_enable',
    ),
    forwarding(
      host,
      'net.inet6.ip6.forwarding',
      'IPv6 packets of vnet jails go no further than their bridge',
      'ipv6_gateway_enable',
    ),
    ...bridges(host),
  ]
}

function forwarding(host: Host, subject: string, meaning: string, variable: string): Finding {
  const value = host.kernel.sysctl(subject)
  if (value !== undefined && value !== '0') return { subject, status: 'ok', message: value }
  // A missing IPv6 forwarding is no warning, because most hosts have no IPv6 network of containers.
  const status = subject.includes('inet6') ? 'ok' : 'warning'
  return {
    subject,
    status,
    message: `${value ?? 'unknown'}: ${meaning}`,
    hint: `sysctl ${subject}=1; ${variable}="YES" in /etc/rc.conf for every boot`,
  }
}

/** Returns findings on bridges. The sysctls exist once if_bridge(4) is loaded. */
function bridges(host: Host): Finding[] {
  const findings: Finding[] = []
  for (const [subject, off, on] of [
    [
      'net.link.bridge.pfil_member',
      'pf does not see packets between members',
      'pf filters on member interfaces',
    ],
    ['net.link.bridge.pfil_bridge', 'pf does not filter on the bridge', 'pf filters on the bridge interface'],
  ] as const) {
    const value = host.kernel.sysctl(subject)
    if (value !== undefined)
      findings.push({ subject, status: 'ok', message: `${value}: ${value === '0' ? off : on}` })
  }
  const subject = 'net.link.bridge.member_ifaddrs'
  const addresses = host.kernel.sysctl(subject)
  if (addresses === '0') {
    const message = '0: an interface with an address cannot join a bridge'
    findings.push({ subject, status: 'ok', message, hint: 'give the address to the bridge' })
  } else if (addresses !== undefined) {
    findings.push({ subject, status: 'ok', message: `${addresses}: members of a bridge may have addresses` })
  }
  return findings
}
