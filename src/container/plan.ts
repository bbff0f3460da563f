/** `plan`: shows what `create` would do. It needs neither root nor FreeBSD, and changes nothing. */
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
 * Returns the plan of a bundle for a container of the given id. The default id is the name of the bundle directory,
 * with illegal characters replaced.
 * @throws Refusal with every error of the checks and of the translation; another JailwrightError when config.json
 * cannot be read at all.
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
    // A host that does not answer must not hide the errors that were found in the config.
    if (!found || error instanceof Refusal || !(error instanceof JailwrightError)) throw error
    throw new ConfigErrors([...found.errors, error])
  }
}

/**
 * Returns the facts of this host when it is a FreeBSD and this user is root; otherwise the built-in facts of a FreeBSD
 * 15.1.
 */
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
