import { describe, expect, it } from 'vitest'
import { explainClash } from '../../../src/container/jail/address-clash.ts'
import { JailwrightError, ToolError } from '../../../src/errors.ts'
import { fakeHost } from '../fake-host.ts'

const clash = (version: 4 | 6) =>
  new ToolError(['jail', '-i', '-c', 'name=new'], 1, `jail: IPv${version} addresses clash\n`)

/** What is made of the refusal of a jail with these parameters, where jls(8) shows these jails. */
function explained(
  parameters: [string, string][],
  jails: string[],
  options: { name?: string; annotations?: Record<string, string>; error?: unknown } = {},
): unknown {
  const [, version = '4'] = /^ip([46])/.exec(parameters[0]?.[0] ?? '') ?? []
  const host = fakeHost()
  host.answers.set(`jls -n name vnet ip${version}.addr`, {
    status: 0,
    stdout: jails.map(line => `${line}\n`).join(''),
    stderr: '',
  })
  const { name = 'new', annotations = {}, error = clash(Number(version) as 4 | 6) } = options
  return explainClash(host, error, { kind: 'jail', name, parameters }, annotations)
}

const jail = (name: string, addresses: string, vnet = 'inherit') =>
  `name=${name} vnet=${vnet} ip4.addr=${addresses}`

describe('a clash of addresses', () => {
  it("a clash of addresses is reported with property, address and jail, and the kernel's words", () => {
    const error = explained(
      [['ip4.addr', '10.0.0.1,10.0.0.2']],
      [jail('other', ''), jail('far', '10.0.0.9'), jail('web', '10.0.0.2')],
    )
    expect(error).toBeInstanceOf(JailwrightError)
    expect(error).toMatchObject({
      code: 'HOST',
      subject: 'freebsd.jail.ip4Addr[1]',
      message:
        'freebsd.jail.ip4Addr[1]: 10.0.0.2 is an address of jail "web" already: jail: IPv4 addresses clash',
      hint: 'two jails may share an address only when neither has another one',
    })
  })

  it.each(['ip6.addr', 'ip6.add'])('names the annotation %s; IPv6 in another spelling', name => {
    const annotation = `org.freebsd.jail.${name}`
    expect(
      explained([['ip6.addr', 'fd00:0::1,fd00::2']], ['name=web vnet=inherit ip6.addr=fd00::1'], {
        annotations: { [annotation]: 'fd00:0::1,fd00::2' },
      }),
    ).toMatchObject({
      subject: `annotations["${annotation}"]`,
      message: expect.stringContaining('fd00:0::1 is an address of jail "web" already'),
    })
  })

  it('a clash of addresses is sought among jails of the same network stack', () => {
    const others = [
      jail('box', '', 'new'),
      jail('box.a', '10.0.0.1'),
      jail('plain', '', 'inherit'),
      jail('plain.b', '10.0.0.1'),
    ]
    const holder = (name: string) =>
      /jail "(.*)"/.exec(
        (explained([['ip4.addr', '10.0.0.1,10.0.0.3']], others, { name }) as Error).message,
      )?.[1]
    expect(holder('new')).toBe('plain.b')
    expect(holder('plain.new')).toBe('plain.b')
    expect(holder('box.new')).toBe('box.a')
  })

  it('a jail that has the clashing address alone is no clash when the new jail has no other address', () => {
    expect(
      explained([['ip4.addr', '10.0.0.1']], [jail('alone', '10.0.0.1'), jail('two', '10.0.0.2,10.0.0.1')]),
    ).toMatchObject({ message: expect.stringContaining('"two"') })
  })

  it('a refusal stays unchanged when no jail has the address, or when it is no clash', () => {
    const error = clash(4)
    expect(explained([['ip4.addr', '10.0.0.1']], [], { error })).toBe(error)
    const other = new ToolError(['jail'], 1, 'jail: unknown parameter: foo\n')
    expect(explained([['ip4.addr', '10.0.0.1']], [jail('web', '10.0.0.1')], { error: other })).toBe(other)
    expect(explained([], [], { error: 'oops' })).toBe('oops')
  })
})
