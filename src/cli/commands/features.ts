/** `features`: prints the features document. */
import { features } from '../features.ts'
import type { Handler } from '../handler.ts'
import { printJson } from '../output.ts'

const show: Handler<'features'> = () => {
  printJson(features())
  return 0
}

export default show
