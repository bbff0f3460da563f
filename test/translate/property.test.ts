import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Config } from '../../src/bundle/generated/config.ts'
import { JailwrightError } from '../../src/errors.ts'
import type { Plan } from '../../src/translate/core/plan.ts'
import { translate } from '../../src/translate/index.ts'
import { fixedFacts } from '../../src/translate/offline-facts.ts'
import { planText } from '../../src/translate/text/plan-text.ts'

/** Gives mostly values that a config could have, and sometimes any value. */
const mostly = <T>(good: fc.Arbitrary<T>, any: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 12, arbitrary: good }, { weight: 1, arbitrary: any })
const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom('/dev/null', '/a\nb', "it's", '../..', '%{ruleset}'),
)
const path = mostly(
  fc.oneof(fc.stringMatching(/^\/[a-z]{1,4}(\/[a-z.]{1,4}){0,2}$/), fc.constantFrom('/dev')),
  text,
)
const device = mostly(
  fc.constantFrom('/dev/zero', '/dev/bpf', '/dev/null', '/dev/net/tun', '/dev/fuse', 'mem'),
  text,
)
const option = mostly(fc.constantFrom('ro', 'rw', 'nosuid', 'nodev', 'rbind', 'rprivate'), text)
const mount = fc.oneof(
  fc.record({
    destination: path,
    type: fc.constantFrom('nullfs', 'bind'),
    source: path,
    options: fc.array(option),
  }),
  fc.record({
    destination: path,
    type: fc.constantFrom('tmpfs'),
    options: fc.array(mostly(fc.constantFrom('size=1m', 'size=50%', 'mode=700', 'tmpcopyup', 'ro'), text)),
  }),
  fc.record({
    destination: fc.constantFrom('/dev', '/x/dev'),
    type: fc.constant('devfs'),
    options: fc.uniqueArray(mostly(fc.constantFrom('ruleset=4', 'ruleset=0', 'nosuid'), text)),
  }),
  fc.record({
    destination: fc.constant('/dev'),
    type: fc.constant('devfs'),
    options: fc.array(
      fc.constantFrom('rule=path bpf unhide mode 0600', 'rule=path zero hide', 'rule=include 5'),
    ),
  }),
  fc.record({
    destination: path,
    type: mostly(fc.constantFrom('proc', 'sysfs', 'fdescfs', 'cgroup', 'devpts'), text),
  }),
)
const annotations = fc
  .array(
    mostly(
      fc.constantFrom<[string, string][]>(
        ['org.freebsd.jail.vnet', 'new'],
        ['org.freebsd.jail.allow.mlock', 'true'],
        ['org.freebsd.jail.sysvshm', 'new'],
        ['org.freebsd.jail.host.hostname', 'h'],
        ['org.jailwright.net.0.bridge', 'bridge0'],
        ['org.jailwright.limits.maxproc', '5'],
        ['org.jailwright.limits.cpus', '0-1'],
        ['org.freebsd.parentJail', 'pod'],
      ),
      fc.tuple(
        fc.oneof(
          text,
          text.map(name => `org.freebsd.jail.${name}`),
          fc.constantFrom(
            'org.freebsd.jail.ip4.addr',
            'org.freebsd.jail.allow.mlock',
            'org.jailwright.net.0.address',
          ),
        ),
        text,
      ),
    ),
    { maxLength: 3 },
  )
  .map(pairs => Object.fromEntries(pairs))
const config = fc.record({
  ociVersion: fc.constant('1.3.0'),
  process: fc.record({ args: fc.constant<string[]>(['/bin/sh']), cwd: fc.constant('/') }),
  root: fc.record({ path: mostly(fc.constant('rootfs'), text), readonly: fc.boolean() }),
  hostname: mostly(fc.constant('h'), text),
  mounts: fc.array(mount, { maxLength: 4 }),
  annotations,
  linux: fc.option(
    fc.record({
      maskedPaths: fc.array(path, { maxLength: 2 }),
      readonlyPaths: fc.array(path, { maxLength: 2 }),
      devices: fc.array(
        fc.record({
          type: fc.constantFrom('c', 'b', 'p'),
          path: device,
          major: fc.nat(300),
          minor: fc.nat(300),
        }),
        { maxLength: 1 },
      ),
    }),
    { nil: undefined },
  ),
  freebsd: fc.option(fc.record({ devices: fc.array(fc.record({ path: device }), { maxLength: 1 }) }), {
    nil: undefined,
  }),
})

/** Checks what must be true of every plan, whatever the config is. */
function check(plan: Plan): void {
  for (const step of plan.steps) {
    if (step.kind === 'ruleset') for (const rule of step.rules) expect(rule).toMatch(/^[^\n\r]+$/)
    if (step.kind === 'mount') {
      expect(step.destination).toMatch(/^\/[^/]/)
      expect(step.destination.split('/')).not.toContain('..')
      expect(step.fstype === 'devfs' && !step.options.some(([name]) => name === 'ruleset')).toBe(false)
    }
    if (step.kind === 'jail') {
      for (const [name, given] of step.parameters) {
        expect(name).toMatch(/^[a-z0-9_]+(\.[A-Za-z0-9_.-]+)?$/)
        expect(name).not.toMatch(/^(exec|mount|command|path|name|jid|depend)/)
        if (given !== true) expect(given).not.toMatch(/[\n\0]/)
      }
    }
    if (step.kind === 'run') for (const arg of step.call.args) expect(arg).not.toMatch(/[\n\0]/)
  }
  expect(planText(plan)).toMatch(/\n$/)
  expect(new Set(plan.fates.map(({ property }) => property)).size).toBe(plan.fates.length)
}

it('any config has a plan that is sound, or errors that are expected ones', () => {
  let plans = 0
  fc.assert(
    fc.property(config, given => {
      let plan: Plan
      try {
        plan = translate({
          id: 'c1',
          bundle: { dir: '/b', config: given as Config },
          facts: fixedFacts(),
          limits: 'best-effort',
        })
      } catch (error) {
        expect(error).toBeInstanceOf(JailwrightError)
        return
      }
      plans += 1
      check(plan)
    }),
    { numRuns: 2000 },
  )
  // A small number would mean that the generated configs are hardly ever correct.
  expect(plans).toBeGreaterThan(200)
})
