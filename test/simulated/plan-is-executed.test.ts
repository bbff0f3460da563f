/** `create` executes exactly the plan: what reaches the host is held against what `plan` says. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import type { Plan, Step } from '../../src/translate/core/plan.ts'
import { rulesetInput } from '../../src/translate/devices/ruleset-input.ts'
import { destroyHost, freshHost, onHost, simulationPossible } from './host.ts'

const runtime = fileURLToPath(new URL('../../dist/jailwright', import.meta.url))
const script = fileURLToPath(new URL('plan-is-executed.sh', import.meta.url))
const host = freshHost('plan', { racct: true })
afterAll(() => destroyHost(host))

interface TraceLine {
  kind: 'tool' | 'kernel' | 'process'
  tool?: string
  call?: string
  args: unknown[]
  stdin?: string
}

/** Tools that only ask. */
const asks = (line: TraceLine) =>
  (line.tool === 'devfs' && (line.args.includes('show') || line.args.includes('showsets'))) ||
  line.tool === 'kldstat'

/** What reached the host and changed it, in order, as text. */
function done(trace: readonly TraceLine[]): string[] {
  return trace.flatMap(line => {
    if (line.kind === 'tool')
      return asks(line) ? [] : [`${line.tool} ${line.args.join(' ')}${line.stdin ? ` < ${line.stdin}` : ''}`]
    if (line.call !== 'nmount') return []
    const options = line.args[0] as [string, string | null][]
    const named = Object.fromEntries(options)
    const others = options.filter(([name]) => !['fstype', 'fspath', 'from'].includes(name))
    return [`nmount ${named.fstype} ${named.from} ${JSON.stringify(others)}`]
  })
}

/** The same for a step of the plan. */
function planned(plan: Plan, step: Step, captured: Map<string, string>): string[] {
  const fill = (text: string) =>
    text.replaceAll(/%\{([a-z0-9_]+)(:b)?\}/g, (_, name: string, other?: string) => {
      const value = captured.get(name) ?? ''
      return other ? value.replace(/a$/, 'b') : value
    })
  switch (step.kind) {
    case 'ruleset':
      captured.set(step.name, String(step.preferred))
      return [`devfs rule -s ${step.preferred} add - < ${rulesetInput(plan.jailName, step.rules)}`]
    case 'readonly-root':
      return [`nmount nullfs ${plan.rootPath} [["ro",null]]`]
    case 'mount':
      return [
        `nmount ${step.fstype} ${step.source} ${JSON.stringify(step.options.map(([name, value]) => [name, value ? fill(value) : null]))}`,
      ]
    case 'jail': {
      const path = plan.readonlyRoot ? '/var/plan/run/planned/root' : plan.rootPath
      const parameters = step.parameters.map(([name, value]) =>
        value === true ? name : `${name}=${fill(value)}`,
      )
      return [`jail -i -c name=${step.name} path=${path} ${parameters.join(' ')}`]
    }
    case 'run':
      // The simulated host's first epair is epair0.
      if (step.capture) captured.set(step.capture, 'epair0a')
      return [`${step.call.tool} ${step.call.args.map(fill).join(' ')}`]
    case 'loopback':
      return [
        `ifconfig -j ${step.jail} lo0 inet 127.0.0.1/8 up`,
        ...(step.ipv6 ? [`ifconfig -j ${step.jail} lo0 inet6 ::1/128`] : []),
      ]
    case 'move-interface':
      return [`ifconfig ${step.interface} vnet ${step.jail}`]
    case 'raise-children':
      return []
  }
}

describe.skipIf(!simulationPossible())('create', () => {
  it('executes exactly the plan, in its order, and nothing else', () => {
    const { stdout } = onHost(host, ['sh', script, runtime])
    const [planText, traceText] = stdout.split('---TRACE---') as [string, string]
    const plan = JSON.parse(planText) as Plan
    const trace = traceText
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as TraceLine)
    const captured = new Map<string, string>()
    const expected = plan.steps.flatMap(step => planned(plan, step, captured))
    expect(expected.length).toBeGreaterThan(20)
    expect(done(trace)).toEqual(expected)
  })

  it('is told by the script with a config that has something of everything', () => {
    expect(readFileSync(script, 'utf8')).toContain('org.jailwright.net.0.bridge')
  })
})
