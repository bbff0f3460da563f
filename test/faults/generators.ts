/** Generators of texts from outside: correct ones, ones with mistakes, and arbitrary ones. */
import fc from 'fast-check'
import { bundledSchema } from '../../scripts/schemas.mjs'
import { documents, type Schema } from '../spec/arbitrary.ts'

const words = (...list: string[]) => fc.constantFrom(...list)
/** Texts, mostly of letters, and sometimes of any characters. */
export const text = fc.oneof(
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

/** Gives a text in which a few places are cut out, doubled or replaced. */
export const edited = (original: fc.Arbitrary<string>) =>
  fc
    .tuple(original, fc.array(fc.tuple(fc.nat(100_000), fc.nat(12), text), { minLength: 1, maxLength: 4 }))
    .map(([base, edits]) =>
      edits.reduce((now, [at, length, put]) => {
        const place = now.length === 0 ? 0 : at % (now.length + 1)
        return now.slice(0, place) + put + now.slice(place + length)
      }, base),
    )

/** Gives documents of a schema as JSON: correct ones, ones with mistakes, texts that are cut up, and any JSON. */
export function json(schema: string): fc.Arbitrary<string> {
  const of = (mistakes: number) =>
    documents(bundledSchema(schema) as Schema, mistakes).map(made => JSON.stringify(made))
  return fc.oneof(of(0), of(30), of(200), edited(of(0)), fc.json({ maxDepth: 4 }), text)
}

const allow = ['mlock', 'mount.nullfs', 'raw_sockets', 'nothing', '']
/** Names of annotations. */
export const annotation = fc.oneof(
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
/** Values of annotations. */
export const annotationValue = fc.oneof(
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
/** Words of a devfs rule. */
export const ruleWord = fc.oneof(
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
/** Container ids. */
export const ids = fc.oneof(
  text,
  fc.string({ unit: words(...'abzAZ019_+.-'), maxLength: 300 }),
  words('.', '..', '.lock', '-x', 'a/b', 'a b', 'a'.repeat(256), 'é'),
)
/** Names and numbers of signals. */
export const signals = fc.oneof(
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
/** Texts of a containers.conf. */
export const toml = fc.oneof(
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
/** A correct state.json. */
export const STATE = JSON.stringify({
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
/** Texts of a journal. */
export const journals = fc.oneof(
  edited(fc.constant(`${JOURNAL.join('\n')}\n`)),
  fc
    .array(fc.oneof(fc.constantFrom(...JOURNAL), fc.json({ maxDepth: 2 }), text))
    .map(lines => lines.join('\n')),
)
/** A small correct plan.json. */
export const PLAN = '{"id":"a","steps":[],"process":{"args":["sh"]},"hooks":{"poststop":[]}}'
