/**
 * Generated inputs for all functions that read text from outside: `bun inputs.ts SETTING-AS-JSON`. Each input has to be
 * accepted, or refused with an expected error of one line that names the property or the file; no other error may be thrown.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import type { Config } from '../../src/bundle/generated/config.ts'
import { configFindings } from '../../src/bundle/read-bundle.ts'
import { parseJson } from '../../src/bundle/read-json.ts'
import { readProcess } from '../../src/bundle/read-process.ts'
import { readResources } from '../../src/bundle/read-resources.ts'
import { findingsText } from '../../src/cli/findings-text.ts'
import { configFindings as podmanFindings } from '../../src/container/check/podman.ts'
import { Journal } from '../../src/container/journal/journal.ts'
import { parseSignal } from '../../src/container/kill.ts'
import { layout } from '../../src/container/state/paths.ts'
import { readPlan } from '../../src/container/state/plan-file.ts'
import { readState } from '../../src/container/state/state-file.ts'
import { ConfigErrors, JailwrightError } from '../../src/errors.ts'
import { signalNumber } from '../../src/host/signals.ts'
import type { EverydayHost } from '../../src/host/types.ts'
import { checkId, idOfJailName, jailNameOf } from '../../src/translate/core/names.ts'
import { parseRule } from '../../src/translate/devices/rules.ts'
import { translate } from '../../src/translate/index.ts'
import { fixedFacts, offlineFacts } from '../../src/translate/offline-facts.ts'
import { planText } from '../../src/translate/text/plan-text.ts'
import {
  annotation,
  annotationValue,
  edited,
  ids,
  journals,
  json,
  PLAN,
  ruleWord,
  STATE,
  signals,
  text,
  toml,
} from './generators.ts'
import type { Outcome, Setting } from './group.ts'

const { seed, long } = JSON.parse(process.argv[2] ?? '{}') as Pick<Setting, 'seed' | 'long'>
const work = mkdtempSync(join(tmpdir(), 'jailwright-inputs-'))

function must(condition: boolean, what: string): void {
  if (!condition) throw new Error(what)
}

/** Runs a reader and gives its expected errors; any other error is thrown on. */
function expected(read: () => unknown): readonly JailwrightError[] {
  try {
    read()
    return []
  } catch (error) {
    if (!(error instanceof JailwrightError)) throw error
    const errors = error instanceof ConfigErrors ? error.errors : [error]
    must(errors.length > 0, 'refused without an error')
    for (const { message } of errors) must(message.trim() !== '', 'an empty message')
    return errors
  }
}

/** Checks that each error names the property concerned. */
function named(errors: readonly JailwrightError[]): void {
  for (const { message, subject } of errors)
    must(subject !== undefined || /^the document must be an object/.test(message), `no property: ${message}`)
}

const CONFIG: Config = {
  ociVersion: '1.3.0',
  process: { args: ['/bin/sh'], cwd: '/' },
  root: { path: 'rootfs' },
}
const plan = (parts: Partial<Config>, facts = fixedFacts()) =>
  planText(translate({ id: 'c1', bundle: { dir: '/b', config: { ...CONFIG, ...parts } }, facts }))

const anyHost = { signalNumber } as unknown as EverydayHost

/** Writes a text to a file of the given name and gives its path. */
function file(name: string, content: string): string {
  const path = join(work, name)
  writeFileSync(path, content)
  return path
}

/** The readers: a name, the share of all inputs, the generator, and the check of one input. */
const readers: readonly [string, number, fc.Arbitrary<unknown>, (input: never) => void][] = [
  [
    'configs',
    3,
    json('config.schema.json'),
    (given: string) => {
      let document: unknown
      const refused = expected(() => {
        document = parseJson(given, '/b/config.json')
      })
      for (const { message } of refused) must(message.startsWith('/b/config.json:'), `no file: ${message}`)
      if (refused.length > 0) return
      const { errors } = configFindings(given, document)
      named(errors)
      if (errors.length > 0) return
      const config = document as Config
      for (const facts of [fixedFacts(), offlineFacts()])
        named(expected(() => planText(translate({ id: 'c1', bundle: { dir: '/b', config }, facts }))))
    },
  ],
  [
    'annotations',
    2,
    fc.array(fc.tuple(annotation, annotationValue), { minLength: 1, maxLength: 4 }),
    (pairs: [string, string][]) => {
      const errors = expected(() => plan({ annotations: Object.fromEntries(pairs) }))
      for (const { subject, message } of errors)
        must(subject?.startsWith('annotations') ?? false, `${subject}: ${message}`)
    },
  ],
  [
    'devfs rules',
    2,
    fc.array(ruleWord, { maxLength: 6 }).map(list => list.join(' ')),
    (rule: string) => {
      const parsed = parseRule(rule)
      must(typeof parsed === 'object' || parsed !== '', 'refused without a reason')
      const mounts = [
        { destination: '/dev', type: 'devfs', source: 'devfs', options: ['ruleset=4', `rule=${rule}`] },
      ]
      for (const { subject, message } of expected(() => plan({ mounts })))
        must(subject?.startsWith('mounts[0]') ?? false, `${subject}: ${message}`)
    },
  ],
  [
    'ids',
    2,
    ids,
    (id: string) => {
      const refused = expected(() => checkId(id))
      for (const { message } of refused) must(message.startsWith('invalid container id "'), message)
      if (refused.length > 0) return
      must(!id.includes('/') && layout('/r', id).dir === `/r/${id}`, `not a directory of its own: ${id}`)
      must(idOfJailName(jailNameOf(id)) === id, `${id} is not the id of its jail's name`)
    },
  ],
  [
    'signal names',
    2,
    signals,
    (name: string) => {
      for (const { message } of expected(() =>
        must(parseSignal(anyHost, name) <= 128, `${name} is no signal`),
      ))
        must(message.startsWith('unknown signal '), message)
    },
  ],
  [
    'process files',
    1,
    json('process.schema.json'),
    (given: string) => named(expected(() => readProcess(file('process.json', given)))),
  ],
  [
    'resource files',
    2,
    json('resources.schema.json'),
    (given: string) => named(expected(() => readResources(given, 'resources.json'))),
  ],
  [
    'containers.conf',
    1,
    toml,
    (given: string) => {
      const path = file('containers.conf', given)
      for (const finding of podmanFindings({ CONTAINERS_CONF: path, PATH: '' }, work)) {
        const lines = findingsText([finding]).trimEnd().split('\n')
        must(finding.message !== '' && lines.length <= 2, JSON.stringify(lines))
      }
    },
  ],
  [
    'state files',
    1,
    fc.oneof(edited(fc.constant(STATE)), fc.json({ maxDepth: 2 }), text),
    (given: string) => {
      const files = { ...layout(work, 'a'), state: file('state.json', given) }
      for (const { message } of expected(() => readState(files))) must(message.includes(files.state), message)
    },
  ],
  [
    'plan files',
    1,
    fc.oneof(edited(fc.constant(PLAN)), fc.json({ maxDepth: 2 }), text),
    (given: string) => {
      const files = { ...layout(work, 'a'), plan: file('plan.json', given) }
      for (const { message } of expected(() => readPlan(files))) must(message.includes(files.plan), message)
    },
  ],
  [
    'journals',
    1,
    journals,
    (given: string) => {
      const journal = new Journal(file('journal.jsonl', given), '1')
      for (const { undo } of journal.pending()) must(typeof undo.op === 'string', 'an entry without an undo')
      must(journal.unreadable() >= 0, 'fewer lines than none')
      journal.boot()
    },
  ],
]

const total = long ? 200_000 : 5_000
const shares = readers.reduce((sum, [, share]) => sum + share, 0)
const faults: string[] = []
const tried: string[] = []
let count = 0
try {
  for (const [name, share, inputs, read] of readers) {
    const runs = Math.ceil((total * share) / shares)
    const checked = fc.check(fc.property(inputs as fc.Arbitrary<never>, read), { numRuns: runs, seed })
    if (checked.failed) {
      const { counterexample, errorInstance } = checked
      const why = errorInstance instanceof Error ? errorInstance.stack : String(errorInstance)
      faults.push(
        `${name}, for ${JSON.stringify(counterexample)}: ${why?.split('\n').slice(0, 5).join('\n')}`,
      )
    }
    count += checked.numRuns
    tried.push(name)
  }
} finally {
  rmSync(work, { recursive: true, force: true })
}
const outcome: Outcome = { tried: `${count} generated inputs (${tried.join(', ')})`, faults }
console.log(JSON.stringify(outcome))
