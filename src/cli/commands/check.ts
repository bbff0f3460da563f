/** `check`: reports whether the host is ready, and changes podman's drop-in with --fix and --unfix. */
import { DROP_IN_DIRECTORY } from '../../container/check/drop-in.ts'
import { fix, unfix } from '../../container/check/fix.ts'
import { check as checkHost } from '../../container/check/index.ts'
import { configFindings } from '../../container/check/podman.ts'
import { engine } from '../../host/engine/index.ts'
import { basename, resolve } from '../../paths.ts'
import { findingsText } from '../findings-text.ts'
import type { Handler } from '../handler.ts'
import { print, printJson } from '../output.ts'
import { usageError } from '../usage.ts'

const check: Handler<'check'> = ({ options }, { context }) => {
  if (options.fix && options.unfix) throw usageError('--fix and --unfix exclude each other', 'check')
  if (options.fix || options.unfix) return changePodman(options.unfix, options['podman-conf'])
  const findings = checkHost(context(), options.profile)
  if (options.json) printJson(findings)
  else print(findingsText(findings))
  return findings.some(({ status }) => status === 'missing') ? 1 : 0
}

/** Shows the change of podman's configuration, makes it, and reports what podman then does. */
function changePodman(back: boolean, given: string | undefined): number {
  const directory = resolve(given ?? DROP_IN_DIRECTORY)
  // podman cannot start the development engine, so its path is not written into the drop-in.
  const executable = /^jailwright/.test(basename(engine.execPath)) ? engine.execPath : undefined
  const change = back ? unfix(directory) : fix(directory, executable)
  if (change.diff === '') print(`${change.path}: nothing to do\n`)
  else print(change.diff)
  change.apply()
  print(findingsText(configFindings()))
  return 0
}

export default check
