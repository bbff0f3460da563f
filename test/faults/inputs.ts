/**
 * Generated inputs for everything that reads text from outside: `bun inputs.ts SETTING-AS-JSON`. Every one is taken, or
 * refused with an expected error of one line that names the property or the file; nothing else is thrown.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { bundledSchema } from '../../scripts/schemas.mjs'
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
import { documents, type Schema } from '../spec/arbitrary.ts'
import type { Outcome, Setting } from './group.ts'

const { seed, long } = JSON.parse(process.argv[2] ?? '{}') as Pick<Setting, 'seed' | 'long'>
const work = mkdtempSync(join(tmpdir(), 'jailwright-inputs-'))

function must(condition: boolean, what: string): void {
  if (!condition) throw new Error(what)
}

/** Runs a reader; gives the errors that were expected, and lets anything else through. */
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

/** Errors that name the property: the message begins with the subject, or holds it. */
function named(errors: readonly JailwrightError[]): void {
  for (const { message, subject } of errors)
    must(subject !== undefined || /^the document must be an object/.test(message), `no property: ${message}`)
}

const words = (...list: string[]) => fc.constantFrom(...list)
/** Mostly letters, and now and then any code point at all. */
const text = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 10 }),
  words(
    '',
    '/',
    '..',
    'a\nb',
    '\0',
    '__proto__',
    'constructor',
    'toString',
    '-1',
    '1e999',
    '%{ruleset}',
    '\ud800',
  ),
)

/** A text with a few places cut out, doubled or replaced. */
const edited = (original: fc.Arbitrary<string>) =>
  fc
    .tuple(original, fc.array(fc.tuple(fc.nat(100_000), fc.nat(12), text), { minLength: 1, maxLength: 4 }))
    .map(([base, edits]) =>
      edits.reduce((now, [at, length, put]) => {
        const place = now.length === 0 ? 0 : at % (now.length + 1)
        return now.slice(0, place) + put + now.slice(place + length)
      }, base),
    )

/** A document of a schema as JSON: sound, with mistakes, cut up as text, or any JSON. */
function json(schema: string): fc.Arbitrary<string> {
  const of = (mistakes: number) =>
    documents(bundledSchema(schema) as Schema, mistakes).map(made => JSON.stringify(made))
  return fc.oneof(of(0), of(30), of(200), edited(of(0)), fc.json({ maxDepth: 4 }), text)
}

const CONFIG: Config = {
  ociVersion: '1.3.0',
  process: { args: ['/bin/sh'], cwd: '/' },
  root: { path: 'rootfs' },
}
const plan = (parts: Partial<Config>, facts = fixedFacts()) =>
  planText(translate({ id: 'c1', bundle: { dir: '/b', config: { ...CONFIG, ...parts } }, facts }))

const allow = ['mlock', 'mount.nullfs', 'raw_sockets', 'nothing', '']
const annotation = fc.oneof(
  words(
    'vnet',
    'ip4',
    'ip4.addr',
    'ip6.addr',
    'vnet.interface',
    'sysvshm',
    'host.hostname',
    'enforce_statfs',
    '',
  ).map(name => `org.freebsd.jail.${name}`),
  fc.constantFrom(...allow).map(name => `org.freebsd.jail.allow.${name}`),
  fc
    .tuple(fc.nat(3), words('bridge', 'address', 'gateway', 'mtu', 'x'))
    .map(([n, name]) => `org.jailwright.net.${n}.${name}`),
  words('maxproc', 'memoryuse', 'cpus', 'toString', 'x').map(name => `org.jailwright.limits.${name}`),
  words('org.freebsd.parentJail', 'org.jailwright.device.profiles', 'org.jailwright.'),
  text,
)
const annotationValue = fc.oneof(
  words(
    'new',
    'inherit',
    'true',
    'false',
    '10.0.0.2/24',
    'fd00::2/64',
    'em0|10.0.0.2/24',
    'bridge0',
    '64m',
    '0-3',
    'pod',
    'gpu',
  ),
  edited(words('10.0.0.2/24,fd00::2/64', 'new', '0-3,5', '64m', 'bridge0')),
  text,
)
const ruleWord = fc.oneof(
  words(
    'path',
    'type',
    'mode',
    'user',
    'group',
    'include',
    'hide',
    'unhide',
    'add',
    'bpf',
    'disk',
    '0666',
    'u+w',
    '*',
    '#',
    '1',
    '70000',
  ),
  text,
)
const ids = fc.oneof(
  text,
  fc.string({ unit: words(...'abzAZ019_+.-'), maxLength: 300 }),
  words('.', '..', '.lock', '-x', 'a/b', 'a b', 'a'.repeat(256), 'é'),
)
const signals = fc.oneof(
  edited(words('TERM', 'SIGKILL', 'sigrtmin+3', 'RTMAX-1', 'SIGRTMIN', '15')),
  words(
    'HUP',
    'SIGHUP',
    'sighup',
    '0',
    '128',
    '129',
    '99999999999999999999',
    'RTMIN+99',
    'constructor',
    'SIG',
  ),
  text,
)
const TOML = `[engine]
runtime = "jailwright"
runtime_supports_json = ["crun", "jailwright"]
[engine.runtimes]
jailwright = ["/usr/local/bin/jailwright"]
`
const tomlValue = words(
  '"x"',
  '1',
  '[]',
  '{}',
  'true',
  '[[1]]',
  '1979-05-27',
  'nan',
  '{runtimes = 1}',
  '"\\u0000"',
  "'''",
)
const toml = fc.oneof(
  edited(fc.constant(TOML)),
  fc
    .array(
      fc.tuple(
        words('engine', 'runtime', 'runtimes', 'engine.runtimes', 'runtime_supports_json', '__proto__'),
        tomlValue,
      ),
    )
    .map(pairs => pairs.map(([key, value]) => `${key} = ${value}`).join('\n'))
    .chain(lines => words(lines, `[engine]\n${lines}`, `[engine.runtimes]\n${lines}`)),
  text,
)
const STATE = JSON.stringify({
  jid: 1,
  pid: 33,
  pidStart: '650074',
  id: 'a',
  ociVersion: '1.3.0',
  status: 'created',
  paused: false,
  poststart: false,
  bundle: '/b',
  rootfs: '/b/rootfs',
  jailName: 'a',
  created: '2026-11-30T06:05:37.260Z',
  boot: '{ sec = 1 }',
  annotations: {},
})
const UNDO: readonly object[] = [
  { op: 'init-gone', ctl: '/r/a/ctl' },
  { op: 'kill', pid: 33, start: '650074' },
  { op: 'rmdir', root: '/b/rootfs', path: '/x' },
  { op: 'unmount', path: '/b/rootfs/x', fstype: 'tmpfs', from: 'tmpfs', root: '/b/rootfs', known: ['03ff'] },
  { op: 'jail', name: 'a', path: '/b/rootfs', standing: [] },
  { op: 'run', calls: [{ tool: 'rctl', args: ['-r', 'jail:a'] }] },
]
const JOURNAL = ['{"n":0,"boot":"1"}', ...UNDO.map((undo, at) => JSON.stringify({ n: at + 1, undo }))]
const journals = fc.oneof(
  edited(fc.constant(`${JOURNAL.join('\n')}\n`)),
  fc
    .array(fc.oneof(fc.constantFrom(...JOURNAL), fc.json({ maxDepth: 2 }), text))
    .map(lines => lines.join('\n')),
)
const PLAN = '{"id":"a","steps":[],"process":{"args":["sh"]},"hooks":{"poststop":[]}}'
const anyHost = { signalNumber } as unknown as EverydayHost

/** Writes a text to a file of the given name and gives its path. */
function file(name: string, content: string): string {
  const path = join(work, name)
  writeFileSync(path, content)
  return path
}

/** Names, shares of the whole, inputs, and what is done with one. */
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
