import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { bundledSchema } from '../../scripts/schemas.mjs'
import type { Config } from '../../src/bundle/generated/config.ts'
import { configFindings } from '../../src/bundle/read-bundle.ts'
import { remainder } from '../../src/bundle/remainder.ts'
import { Refusal } from '../../src/translate/core/refusal.ts'
import { translate } from '../../src/translate/index.ts'
import { fixedFacts, offlineFacts } from '../../src/translate/offline-facts.ts'
import { refusalText } from '../../src/translate/text/plan-text.ts'
import { documents, type Schema } from '../spec/arbitrary.ts'

/** What checks and translation find in a document: the errors of each as lines. */
function judge(document: object, facts = fixedFacts()): { found: string[]; more: string[]; text: string } {
  const text = JSON.stringify(document)
  const read = JSON.parse(text)
  const { errors } = configFindings(text, read)
  const found = errors.length > 0 ? { errors, document: JSON.parse(text) } : undefined
  const config = found ? remainder(read, errors) : (read as Config)
  const told = errors.map(({ message }) => message)
  try {
    translate({ id: 'c1', bundle: { dir: '/b', config }, facts, found })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const all = error.errors.map(({ message }) => message)
    expect(all.slice(0, told.length)).toEqual(told)
    const fates = error.fates.filter(({ fate }) => fate === 'refused').map(({ property }) => property)
    expect(fates).toEqual(expect.arrayContaining(error.errors.flatMap(({ subject }) => subject ?? [])))
    return { found: told, more: all.slice(told.length), text: refusalText(error) }
  }
  // Nothing that was found may be lost on the way.
  expect(told).toEqual([])
  return { found: [], more: [], text: '' }
}

const BASE = { ociVersion: '1.3.0', root: { path: 'rootfs' }, process: { args: ['/bin/sh'], cwd: '/' } }
const DEV = { destination: '/dev', type: 'devfs', source: 'devfs', options: ['ruleset=4'] }

describe('of a config with errors the rest is judged too', () => {
  it('a config with errors has the findings of the checks and of the translation reported together', () => {
    const { found, more } = judge({
      ...BASE,
      process: { ...BASE.process, cwd: 'rel' },
      mounts: [
        { destination: '/a', type: 'nosuchfs', source: 'x' },
        { destination: '/b', type: 'tmpfs', source: 'tmpfs', options: ['ro', 'nosuchoption'] },
      ],
      annotations: { 'org.freebsd.jail.exec.start': 'x', 'org.freebsd.jail.allow.mlock': 'maybe' },
    })
    expect(found).toEqual([expect.stringMatching(/^process\.cwd: /)])
    expect(more).toEqual([
      expect.stringMatching(/^mounts\[0\]\.type: unknown type nosuchfs/),
      expect.stringMatching(/^mounts\[1\]\.options\[1\]: unknown option nosuchoption/),
      expect.stringMatching(/^annotations\["org\.freebsd\.jail\.exec\.start"\]: refused/),
      expect.stringMatching(/^annotations\["org\.freebsd\.jail\.allow\.mlock"\]: "maybe"/),
    ])
  })

  it('a mount without a destination has its other errors reported too', () => {
    expect(
      judge({ ...BASE, mounts: [{ type: 'nosuchfs' }, { type: 'tmpfs', options: ['x'] }] }).more,
    ).toEqual([
      expect.stringMatching(/^mounts\[0\]\.type: /),
      expect.stringMatching(/^mounts\[1\]\.options\[0\]: /),
    ])
  })

  it('a limit of an unknown type is reported by its name alone', () => {
    const rlimits = [{ type: 'RLIMIT_BOGUS' }, { type: 'RLIMIT_CORE', soft: 1 }, { soft: 1 }]
    expect(judge({ ...BASE, process: { ...BASE.process, rlimits } }).more).toEqual([
      expect.stringMatching(/^process\.rlimits\[0\]\.type: unknown limit RLIMIT_BOGUS/),
    ])
  })

  it('a missing process and a missing root are reported beside other errors', () => {
    expect(judge({ ociVersion: 7 })).toMatchObject({
      found: [expect.stringMatching(/^root: /), expect.stringMatching(/^ociVersion: /)],
      more: ['process: is required to create a container'],
    })
  })
})

describe('what was left out is the reason of no further error', () => {
  const jail = 'org.freebsd.jail.'
  const net = 'org.jailwright.net.'
  it.each<[string, object]>([
    ['the devfs', { mounts: [{ ...DEV, type: 7 }], freebsd: { devices: [{ path: 'zero' }] } }],
    ['the place of the devfs', { mounts: [{ ...DEV, destination: 7, options: ['rule=path zero unhide'] }] }],
    ['all mounts', { mounts: 7, freebsd: { devices: [{ path: 'zero' }] } }],
    ['vnet', { freebsd: { jail: { vnet: 7, vnetInterfaces: ['em1'] } } }],
    ['vnet of an annotation', { annotations: { [`${jail}vnet`]: 7, [`${jail}vnet.interface`]: 'em1' } }],
    ['an epair', { annotations: { [`${net}0.bridge`]: 7, [`${jail}vnet.interface`]: 'em1' } }],
    ['all annotations', { annotations: 7, freebsd: { jail: { vnetInterfaces: ['em1'] } } }],
    [
      'a name of two',
      {
        annotations: {
          [`${net}0.bridge`]: 'bridge0',
          [`${net}0.name`]: 7,
          [`${net}1.bridge`]: 'bridge0',
          [`${net}1.name`]: 'vnet0',
        },
      },
    ],
    ['the type of a mount', { mounts: [{ destination: '/a', type: 7, source: '/x', options: ['size=1m'] }] }],
    ['the options', { mounts: [{ destination: '/a', type: 'none', source: 'x', options: 7 }] }],
    ['the source', { mounts: [{ destination: '/a', source: 7 }] }],
    ['Linux', { mounts: [DEV, { destination: '/dev/hugepages', type: 'tmpfs' }], linux: 7 }],
    [
      'a rule that allows everything',
      {
        mounts: [DEV],
        linux: {
          devices: [{ type: 'c', path: '/dev/nosuch', major: 99, minor: 0 }],
          resources: { devices: [{ allow: 'yes' }] },
        },
      },
    ],
    [
      'best effort',
      {
        annotations: { 'org.jailwright.limits.mode': 7 },
        linux: { resources: { pids: { limit: 5 } } },
      },
    ],
    ['a text with a NUL', { mounts: [{ destination: '/a', type: 'nullfs', source: '/x\0' }] }],
  ])('no further error follows from a part of a config that was left out: %s', (_, parts) => {
    const { found, more } = judge({ ...BASE, ...parts })
    expect(found.length).toBeGreaterThan(0)
    expect(more).toEqual([])
  })
})

const BUNDLES = join(import.meta.dirname, '../../../shared/podman-freebsd/bundles')
const present = existsSync(BUNDLES)
if (!present) console.log('the bundles of podman are not here: none is broken')

/** Every property and element, but those of a seccomp filter, of which there are hundreds. */
function* places(value: unknown): Generator<{ holder: Record<string, unknown>; key: string }> {
  if (value === null || typeof value !== 'object') return
  const holder = value as Record<string, unknown>
  for (const key of Object.keys(holder)) {
    yield { holder, key }
    if (key !== 'seccomp') yield* places(holder[key])
  }
}

describe.skipIf(!present)('a bundle of podman with one property broken', () => {
  const files = present ? readdirSync(BUNDLES) : []
  it.each(files)(
    "podman's bundle %s with one broken property has the error of that property and no other",
    file => {
      const config = JSON.parse(readFileSync(join(BUNDLES, file), 'utf8')) as object
      expect(judge(config)).toMatchObject({ found: [], more: [] })
      let wrong = 0
      for (const { holder, key } of places(config)) {
        const right = holder[key]
        for (const bad of [typeof right === 'string' ? 7 : 'x\0', undefined, 'a\0b']) {
          holder[key] = bad
          const { found, more } = judge(config)
          // Without an error of a check it is another config, which may be wrong in other ways.
          if (found.length > 0) expect({ key, bad, found, more }).toMatchObject({ more: [] })
          wrong += found.length
        }
        holder[key] = right
      }
      expect(wrong).toBeGreaterThan(50)
    },
  )
})

test('any document is checked to its end, and every line is reported once', () => {
  let together = 0
  for (const mistakes of [5, 30, 200]) {
    fc.assert(
      fc.property(documents(bundledSchema('config.schema.json') as Schema, mistakes), document => {
        fc.pre(document !== null && typeof document === 'object' && !Array.isArray(document))
        for (const facts of [fixedFacts(), offlineFacts()]) {
          const { found, more, text } = judge(document as object, facts)
          const all = [...found, ...more]
          expect(new Set(all).size).toBe(all.length)
          for (const line of text.split('\n')) expect(line).not.toMatch(/[\p{Cc}]/u)
          if (found.length > 0 && more.length > 0) together++
        }
      }),
      { numRuns: 60 },
    )
  }
  expect(together).toBeGreaterThan(20)
})
