import { describe, expect, it } from 'vitest'
import { explainRefusal } from '../../../src/container/jail/explain-refusal.ts'
import { ToolError } from '../../../src/errors.ts'
import type { Host } from '../../../src/host/types.ts'
import type { JailStep } from '../../../src/translate/core/plan.ts'

function said(host: object, text: string, name: string, parameters: JailStep['parameters']): string {
  const error = new ToolError(['jail', '-c'], 1, `jail: ${name}: jail_set: ${text}`)
  const explained = explainRefusal(host as Host, error, { kind: 'jail', name, parameters })
  return (explained as Error).message.replace(`jail: ${name}: jail_set: ${text}`, '')
}

const parent = (parameters: Record<string, string>) => ({
  kernel: { jailId: () => 5, sysctlExists: () => true, jailParams: () => parameters },
})
const itself = (sysctls: Record<string, string>) => ({
  kernel: { sysctl: (name: string) => ({ 'security.jail.jailed': '1', ...sysctls })[name] },
})

describe('Of a jail that is refused with "Operation not permitted" alone', () => {
  it.each([
    [
      { 'allow.mount': 'false' },
      ['allow.mount', true],
      'allow.mount: the parent jail p has no allow.mount that it could grant',
    ],
    [
      { enforce_statfs: '2' },
      ['enforce_statfs', '1'],
      'enforce_statfs: must be at least 2, as the parent jail p has',
    ],
    [
      { securelevel: '1' },
      ['securelevel', '-1'],
      'securelevel: must be at least 1, as the parent jail p has',
    ],
    [
      { sysvshm: 'disable' },
      ['sysvshm', 'new'],
      'sysvshm: must be disable, as the parent jail p has sysvshm=disable',
    ],
    [
      { 'children.max': '3' },
      ['children.max', '3'],
      'children.max: must be below 3, as the parent jail p has children.max=3',
    ],
  ] as const)(
    'a jail refused with EPERM has the parameter named that its parent lacks: %j',
    (parameters, parameter, text) => {
      expect(said(parent(parameters), 'Operation not permitted', 'p.web', [parameter])).toBe(`: ${text}`)
    },
  )

  it('a jail refused with EPERM has the host named when the host is a jail that may have none in it', () => {
    const host = itself({ 'security.jail.children.max': '0' })
    expect(said(host, 'Operation not permitted', 'web', [['persist', true]])).toBe(
      ': this host, itself a jail, may have no jails in it (children.max=0)',
    )
  })

  it('a jail refused with EPERM has the parameter named that this host, itself a jail, lacks', () => {
    const host = itself({ 'security.jail.mount_tmpfs_allowed': '0', 'security.jail.devfs_ruleset': '4' })
    const said2 = (parameter: readonly [string, string | true]) =>
      said(host, 'Operation not permitted', 'web', [parameter])
    expect(said2(['allow.mount.tmpfs', true])).toBe(
      ': allow.mount.tmpfs: this host, itself a jail, has no allow.mount.tmpfs that it could grant',
    )
    expect(said2(['devfs_ruleset', '7'])).toBe(': devfs_ruleset: must be 4, as this host, itself a jail, has')
  })

  it('a jail refused with EPERM has no cause named when none is known', () => {
    const host = { kernel: { sysctl: () => '0' } }
    expect(said(host, 'Operation not permitted', 'web', [['allow.mount', true]])).toBe('')
  })
})

it('a jail refused with EINVAL has the values named that may be the cause', () => {
  const refused = (...parameters: JailStep['parameters']) => said({}, 'Invalid argument', 'web', parameters)
  expect(refused(['persist', true], ['enforce_statfs', '9'], ['ip4', 'inherit'])).toBe(
    ': it is about enforce_statfs=9',
  )
  expect(refused(['enforce_statfs', '9'], ['devfs_ruleset', '70000'])).toBe(
    ': it is about one of enforce_statfs=9, devfs_ruleset=70000',
  )
})

it('a refusal of a jail that has a text of its own is passed on unchanged', () => {
  const error = new ToolError(['jail'], 1, 'jail: web: IPv4 addresses clash')
  expect(explainRefusal({} as Host, error, { kind: 'jail', name: 'web', parameters: [] })).toBe(error)
  expect(error.message).toBe('jail: web: IPv4 addresses clash')
})
