/** The old form of jail(8): `jail path hostname ip,... command ...`. */
import type { ConfJail } from './conf-jail.ts'
import { fail, type Run } from './run.ts'
import { createJail } from './start.ts'
import { addParameter } from './words.ts'

/** Sysctls below security.jail that are defaults of the old form, with the parameter of each (`!` reverses it). */
const OLD_DEFAULTS = [
  ['set_hostname_allowed', 'allow.set_hostname'],
  ['sysvipc_allowed', 'allow.sysvipc'],
  ['allow_raw_sockets', 'allow.raw_sockets'],
  ['chflags_allowed', 'allow.chflags'],
  ['mount_allowed', 'allow.mount'],
  ['socket_unixiproute_only', '!allow.socket_af'],
] as const

/** `jail path hostname ip,... command ...` */
export function oldStyle(run: Run, jail: ConfJail, rest: string[]): void {
  const [path = '/', hostname = '', ips = '', ...command] = rest
  const add = (name: string, ...values: string[]) => addParameter(jail, name, values, true)
  add('path', path)
  add('host.hostname', hostname)
  for (const ip of ips === '' ? [] : ips.split(',')) add(ip.includes(':') ? 'ip6.addr' : 'ip4.addr', ip)
  add('command', ...command)
  for (const [sysctl, name] of OLD_DEFAULTS) {
    const value = run.t.call('sysctl', `security.jail.${sysctl}`)
    if (value === null) continue
    const on = (Number(value) !== 0) !== name.startsWith('!')
    add(name.replace('!', ''), ...(on ? [] : ['false']))
  }
  for (const wrong of jail.complaints) fail(run, wrong)
  if (jail.complaints.length === 0) createJail(run, { jail, named: false })
}
