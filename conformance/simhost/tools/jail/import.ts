/** Finds the parameters of a jail that are the kernel's, and their values for jail_set(2) (import_params). */
import fs from 'node:fs'
import type { Json } from '../../client.ts'
import type { Param } from '../../rules/jail/catalogue.ts'
import { parseValue, type Resolved, resolve, ValueError } from '../../rules/jail/values.ts'
import { strerror, type ToolContext } from '../tool.ts'
import { type Conf, complain, type Run, values } from './run.ts'
import { checkInternals, sameParameter } from './words.ts'

/** jail(8)'s own parameters, never passed to the kernel. */
const PSEUDO =
  `command depend exec.clean exec.consolelog exec.created exec.fib exec.jail_user exec.poststart exec.poststop
  exec.prepare exec.prestart exec.prestop exec.release exec.start exec.stop exec.system_jail_user exec.system_user
  exec.timeout interface ip_hostname mount mount.devfs mount.fdescfs mount.fstab mount.procfs stop.timeout
  vnet.interface zfs.dataset allow.dying`.split(/\s+/)

/** A parameter with its value in the kernel's form and its text. */
export interface Given {
  name: string
  found: Resolved
  value: Json
  /** The text of the value, `true` for a parameter without a value. */
  text: string | true
}

/** libjail's lookup of a parameter in the kernel's catalogue. */
export function lookUpParam(t: ToolContext, name: string): Resolved | undefined {
  return resolve(wanted => (t.call('jailParamType', wanted) as unknown as Param | null) ?? undefined, name)
}

/** check_intparams and import_params: checks all parameters, and finds and converts those of the kernel. */
export function importParams(run: Run, conf: Conf): Given[] | undefined {
  if (!checked(run, conf)) return undefined
  let good = true
  const list: Given[] = []
  for (const [name, texts] of conf.jail.params) {
    if (PSEUDO.some(known => sameParameter(name, known))) continue
    const found = lookUpParam(run.t, name)
    if (found === undefined) {
      complain(run, conf, `unknown parameter: ${name}`)
      good = false
      continue
    }
    try {
      const address = found.param.type === 'ip4' || found.param.type === 'ip6'
      const text = address && texts.length > 0 ? texts.map(plainAddress).join(',') : texts.at(-1)
      list.push({ name, found, value: parseValue(found, text), text: text ?? true })
    } catch (error) {
      if (!(error instanceof ValueError)) throw error
      complain(run, conf, error.message)
      good = false
    }
  }
  return good ? list : undefined
}

/** check_intparams: checks jail(8)'s own values, and that each mount.fstab can be read. */
function checked(run: Run, conf: Conf): boolean {
  const wrong = checkInternals(conf.jail)
  for (const file of values(conf, 'mount.fstab')) {
    if (file === '') continue
    try {
      fs.accessSync(file, fs.constants.R_OK)
    } catch (error) {
      wrong.push(`mount.fstab: ${file}: ${strerror((error as NodeJS.ErrnoException).code ?? 'ENOENT')}`)
    }
  }
  for (const text of wrong) complain(run, conf, text)
  return wrong.length === 0
}

/** The address of `IF|ADDR/MASK extra`, without the parts for ifconfig(8). */
function plainAddress(text: string): string {
  return (text.split('|').at(-1) ?? '').replace(/[/\s].*$/, '')
}
