/** `plan`: what `create` would do. Needs no root and no FreeBSD, changes nothing. */
import { examineBundle } from '../bundle/index.ts'
import type { RuntimeContext } from '../context.ts'
import { ConfigErrors, JailwrightError } from '../errors.ts'
import { userId } from '../host/process/identity.ts'
import { basename } from '../paths.ts'
import type { HostFacts, Plan } from '../translate/core/plan.ts'
import { Refusal } from '../translate/core/refusal.ts'
import { translate } from '../translate/index.ts'
import { offlineFacts } from '../translate/offline-facts.ts'
import { hostFacts } from './jail/host-facts.ts'

/**
 * The plan of a bundle for a container of the given id (default: the bundle directory's name, as far as it is legal).
 * Throws a Refusal with all that is wrong, whether a check or the translation has found it, and another JailwrightError
 * when there is no config to speak of.
 */
export function planBundle(ctx: RuntimeContext, options: { bundle: string; id?: string | undefined }): Plan {
  const { bundle, found } = examineBundle(options.bundle)
  for (const warning of bundle.warnings) ctx.log.warn(warning)
  const id =
    options.id ??
    (basename(bundle.dir)
      .replaceAll(/[^A-Za-z0-9_.-]/g, '-')
      .replace(/^[-.]+/, '') ||
      'container')
  try {
    return translate({ id, bundle, facts: factsHere(ctx), found })
  } catch (error) {
    // A host that does not answer takes nothing away from what was found in the config.
    if (!found || error instanceof Refusal || !(error instanceof JailwrightError)) throw error
    throw new ConfigErrors([...found.errors, error])
  }
}

/** This host's facts where there is a FreeBSD to ask and we may ask it; a FreeBSD 15.1's own elsewhere. */
function factsHere(ctx: RuntimeContext): HostFacts {
  return userId() === 0 && isFreebsd(ctx) ? hostFacts(ctx.host, ctx.root) : offlineFacts()
}

function isFreebsd(ctx: RuntimeContext): boolean {
  try {
    return ctx.host.kernel.sysctlExists('security.jail.param.jid')
  } catch {
    return false
  }
}
