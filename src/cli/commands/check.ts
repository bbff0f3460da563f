import type { Handler } from '../handler.ts'
import { print, printJson } from '../output.ts'

const check: Handler<'check'> = async ({ options }, { context }) => {
  const { check } = await import('../../container/check/index.ts')
  const findings = await check(await context(), options.profile)
  if (options.json) printJson(findings)
  else {
    const { findingsText } = await import('../findings-text.ts')
    print(findingsText(findings))
  }
  return findings.some(({ status }) => status === 'missing') ? 1 : 0
}

export default check
