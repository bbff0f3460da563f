/** Creates and changes a jail by jail_set(2), and reports errors in the words of jail(8). */
import { SyscallError, ToolError } from '../../errors.ts'
import { errorText } from '../../host/abi/error-text.ts'
import type { Host } from '../../host/types.ts'
import { LOADED_BY_NAME } from '../../translate/jail/parameters.ts'

/** A parameter of jail_set(2); `true` stands for a parameter without a value. */
type Parameter = readonly [name: string, value: string | true]

/** Returns the kernel module that brings a parameter (kldload_param in lib/libjail/jail.c). */
function moduleOf(name: string): string {
  if (name.startsWith('allow.mount.')) return name.slice('allow.mount.'.length).replace(/^no/, '')
  return name.split('.')[0] ?? name
}

/**
 * Calls jail_set(2) for the jail `name` and returns the jid. A module is loaded for a parameter that the kernel does
 * not know yet, as libjail does.
 * @throws ToolError with the text that jail(8) would print.
 */
export function setJail(
  host: Host,
  name: string,
  parameters: readonly Parameter[],
  mode: 'create' | 'update',
): number {
  const { kernel } = host
  for (const [parameter] of parameters) {
    if (!LOADED_BY_NAME.has(parameter) || kernel.sysctlExists(`security.jail.param.${parameter}`)) continue
    try {
      kernel.kldLoad(moduleOf(parameter))
    } catch (error) {
      // jail_set(2) fails next and names the parameter that it does not know.
      if (!(error instanceof SyscallError)) throw error
    }
  }
  try {
    return kernel.jailSet(parameters, mode)
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    const { errno, message, subject = '' } = error
    const start = `jail_set ${subject}: `
    const text = message.startsWith(start) ? message.slice(start.length) : message
    const words = text === errorText(errno) ? `jail_set: ${text}` : text
    const argv = ['jail', mode === 'create' ? '-c' : '-m', ...parameters.map(asWord)]
    throw new ToolError(argv, 1, `jail: ${name}: ${words}`)
  }
}

function asWord([name, value]: Parameter): string {
  return value === true ? name : `${name}=${value}`
}
