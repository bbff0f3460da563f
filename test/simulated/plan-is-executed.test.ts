/** The comparison of the calls that `create` makes with the steps that `plan` prints. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { cpuNumbers } from '../../src/container/jail/cpu-list.ts'
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

/** Gives the calls that have changed the host, in order, as text. */
function done(trace: readonly TraceLine[]): string[] {
  return trace.flatMap(line => {
    // ifconfig(8) with the name of an interface alone only shows it, which create does to learn whose addresses are there.
    if (line.kind === 'tool' && line.tool === 'ifconfig' && line.args.length === 1) return []
    if (line.kind === 'tool') return [`${line.tool} ${line.args.join(' ')}`]
    const [first, second] = line.args
    if (line.call === 'devfsAddRule') return [`devfs rule -s ${first} add ${second}`]
    if (line.call === 'rctlAddRule') return [`rctl -a ${first}`]
    if (line.call === 'rctlRemoveRule') return [`rctl -r ${first}`]
    if (line.call === 'cpusetJail') return [`cpuset -l ${(second as number[]).join(',')}`]
    if (line.call === 'jailSet') {
      const words = (first as [string, string | true][]).map(([name, value]) =>
        value === true ? name : `${name}=${value}`,
      )
      return [`jail_set ${second} ${words.join(' ')}`]
    }
    if (line.call !== 'nmount') return []
    const options = first as [string, string | null][]
    const named = Object.fromEntries(options)
    const others = options.filter(([name]) => !['fstype', 'fspath', 'from'].includes(name))
    return [`nmount ${named.fstype} ${named.from} ${JSON.stringify(others)}`]
  })
}

/** Gives the calls that a step of the plan stands for, as text. */
function planned(plan: Plan, step: Step, captured: Map<string, string>): string[] {
  const fill = (text: string) =>
    text.replaceAll(/%\{([a-z0-9_]+)(:b)?\}/g, (_, name: string, other?: string) => {
      const value = captured.get(name) ?? ''
      return other ? value.replace(/a$/, 'b') : value
    })
  switch (step.kind) {
    case 'ruleset':
      captured.set(step.name, String(step.preferred))
      return rulesetInput(plan.jailName, step.rules)
        .trimEnd()
        .split('\n')
        .map(rule => `devfs rule -s ${step.preferred} add ${rule}`)
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
      return [`jail_set create name=${step.name} path=${path} ${parameters.join(' ')}`]
    }
    case 'run':
      // The first epair of a simulated host is epair0.
      if (step.capture) captured.set(step.capture, 'epair0a')
      return runs(step.call.tool, step.call.args.map(fill))
    case 'loopback':
      // init does this step, so it is not among the calls of `create`.
      return []
    case 'move-interface':
      return [`ifconfig ${step.interface} vnet ${step.jail}`]
  }
}

/** Gives the calls that replace a command line. */
function runs(tool: string, args: readonly string[]): string[] {
  const [option = '', ...rest] = args
  if (tool === 'rctl') return rest.map(each => `rctl ${option} ${each}`)
  if (tool === 'cpuset') return [`cpuset -l ${cpuNumbers(rest[0] ?? '').join(',')}`]
  return [`${tool} ${args.join(' ')}`]
}

describe.skipIf(!simulationPossible())('create', () => {
  it('create executes exactly the plan, in its order, and nothing else', () => {
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
    const loopbacks = plan.steps.filter(({ kind }) => kind === 'loopback').length
    expect(trace.filter(({ call }) => call === 'loopbackUp')).toHaveLength(loopbacks)
  })

  it('plan-is-executed.sh compares create with its plan by a config that uses interfaces of its own', () => {
    expect(readFileSync(script, 'utf8')).toContain('org.jailwright.net.0.bridge')
  })
})
