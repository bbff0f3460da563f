/** Making and changing a jail by jail_set(2), with the errors that jail(8) would print. */
import { SyscallError, ToolError } from '../../errors.ts'
import { errorText } from '../../host/abi/error-text.ts'
import type { Host } from '../../host/types.ts'
import { LOADED_BY_NAME } from '../../translate/jail/parameters.ts'

/** A parameter of jail_set(2); `true` for one without a value. */
type Parameter = readonly [name: string, value: string | true]

/** The module that brings a parameter (lib/libjail/jail.c, kldload_param). */
function moduleOf(name: string): string {
  if (name.startsWith('allow.mount.')) return name.slice('allow.mount.'.length).replace(/^no/, '')
  return name.split('.')[0] ?? name
}

/**
 * jail_set(2) of the jail `name`; gives the jid. Modules of parameters that the kernel does not know yet are loaded, as
 * libjail does. Throws ToolError with what jail(8) would say.
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
      // jail_set(2) then says which parameter it does not know.
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
