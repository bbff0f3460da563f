/** `spec`: writes a config.json to start from. */
import { JailwrightError } from '../../errors.ts'
import { closeFile, exists, openFile, writeText } from '../../host/files.ts'
import type { Handler } from '../handler.ts'
import { specTemplate } from '../spec-template.ts'

const spec: Handler<'spec'> = ({ options }) => {
  const file = `${options.bundle ?? '.'}/config.json`
  if (exists(file)) throw new JailwrightError('EXISTS', `${file} exists already`, { hint: 'remove it first' })
  const fd = openFile(file, 'new')
  writeText(fd, `${JSON.stringify(specTemplate(options.linux), null, 2)}\n`)
  closeFile(fd)
  return 0
}

export default spec
