import { existsSync, writeFileSync } from 'node:fs'
import { JailwrightError } from '../../errors.ts'
import type { Handler } from '../handler.ts'
import { specTemplate } from '../spec-template.ts'

const spec: Handler<'spec'> = ({ options }) => {
  const file = `${options.bundle ?? '.'}/config.json`
  if (existsSync(file))
    throw new JailwrightError('EXISTS', `${file} exists already`, { hint: 'remove it first' })
  writeFileSync(file, `${JSON.stringify(specTemplate(options.linux), null, 2)}\n`, { flag: 'wx' })
  return 0
}

export default spec
