/** Translating a small bundle, and finding the parts of a plan that tests check. */
import type { Config } from '../../src/bundle/generated/config.ts'
import { ConfigErrors, JailwrightError } from '../../src/errors.ts'
import type { MountStep, Plan, Step } from '../../src/translate/core/plan.ts'
import { translate } from '../../src/translate/index.ts'
import { type FactOverrides, fixedFacts } from '../../src/translate/offline-facts.ts'
import { planCommands } from '../../src/translate/text/commands.ts'

/** The properties that a test may add to the smallest config. */
export type Parts = Partial<Config>

/** The devfs that every usual config has. */
export const DEV = { destination: '/dev', type: 'devfs', source: 'devfs', options: ['ruleset=4'] }

const PROCESS = { args: ['/bin/sh'], cwd: '/' }

/** Options of `plan`. */
export interface PlanOptions {
  id?: string
  facts?: FactOverrides
  limits?: 'strict' | 'best-effort'
}

/** Gives the plan of a config. */
export function plan(parts: Parts, options: PlanOptions = {}): Plan {
  const config: Config = { ociVersion: '1.3.0', root: { path: '/jails/c1' }, process: PROCESS, ...parts }
  return translate({
    id: options.id ?? 'c1',
    bundle: { dir: '/bundle', config },
    facts: fixedFacts(options.facts),
    limits: options.limits,
  })
}

/** Gives the messages of all errors of a config; throws when there is none. */
export function errors(parts: Parts, options: PlanOptions = {}): string[] {
  try {
    plan(parts, options)
  } catch (error) {
    if (error instanceof ConfigErrors) return error.errors.map(each => each.message)
    if (error instanceof JailwrightError) return [error.message]
    throw error
  }
  throw new Error('the config was translated without an error')
}

/** Gives the steps of one kind. */
export function steps<K extends Step['kind']>(made: Plan, kind: K): Extract<Step, { kind: K }>[] {
  return made.steps.filter((step): step is Extract<Step, { kind: K }> => step.kind === kind)
}

/** Gives the jail's parameters as words of jail(8). */
export function parameters(made: Plan): string[] {
  return (steps(made, 'jail')[0]?.parameters ?? []).map(([name, value]) =>
    value === true ? name : `${name}=${value}`,
  )
}

/** Gives the mount on a destination. */
export function mountOn(made: Plan, destination: string): MountStep | undefined {
  return steps(made, 'mount').find(step => step.destination === destination)
}

/** Gives the options of a mount as words. */
export function words(step: MountStep | undefined): string[] {
  return (step?.options ?? []).map(([name, value]) => (value === undefined ? name : `${name}=${value}`))
}

/** Gives the rules of the container's own ruleset. */
export function rules(made: Plan): readonly string[] {
  return steps(made, 'ruleset')[0]?.rules ?? []
}

/** Gives the command lines of all steps that run a tool, and of lo0. */
export function commands(made: Plan): string[] {
  return made.steps.flatMap(step => {
    if (step.kind === 'run') return [step.call.tool, ...step.call.args].join(' ')
    if (step.kind !== 'loopback') return []
    const lines = planCommands({ ...made, steps: [step] }, '/state').map(({ line }) => line)
    return lines.filter(line => line.startsWith('ifconfig '))
  })
}

/** Gives the fate of a property with its note. */
export function fate(made: Plan, property: string): string | undefined {
  const found = made.fates.find(each => each.property === property)
  return found && (found.note === '' ? found.fate : `${found.fate}: ${found.note}`)
}
