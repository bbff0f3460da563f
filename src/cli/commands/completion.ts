/** `completion`: prints a completion script. */
import { completionScript, shells } from '../completion/index.ts'
import type { Handler } from '../handler.ts'
import { print } from '../output.ts'
import { usageError } from '../usage.ts'

const completion: Handler<'completion'> = ({ words }, { program }) => {
  const script = completionScript(words.shell, program)
  if (script === undefined) {
    throw usageError(
      `no completion for ${JSON.stringify(words.shell)}; there is one for ${shells.join(', ')}`,
      'completion',
    )
  }
  print(script)
  return 0
}

export default completion
