import { check as checkHost } from '../../container/check/index.ts'
import { findingsText } from '../findings-text.ts'
import type { Handler } from '../handler.ts'
import { print, printJson } from '../output.ts'

const check: Handler<'check'> = ({ options }, { context }) => {
  const findings = checkHost(context(), options.profile)
  if (options.json) printJson(findings)
  else print(findingsText(findings))
  return findings.some(({ status }) => status === 'missing') ? 1 : 0
}

export default check
