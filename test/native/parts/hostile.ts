/** Hostile calls, which must end as an exception of JavaScript and never as a crash. */

/** Gives the name and the message of the exception that an action throws. */
function thrown(action: () => unknown): string {
  try {
    return `gave ${String(action())}`
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`
  }
}

const STRANGE: readonly unknown[] = [
  undefined,
  true,
  'text',
  {},
  [],
  Symbol('s'),
  () => 0,
  Number.NaN,
  Infinity,
  -Infinity,
  0.5,
  2 ** 60,
  -(2 ** 60),
  2n ** 80n,
  new ArrayBuffer(8),
  new DataView(new ArrayBuffer(8)),
  { valueOf: () => 3 },
  new Proxy({}, {}),
]

/**
 * Calls every wrapper of the table with one wrong argument; gives the number of C functions that were called, which must be
 * none.
 */
function strangeArguments(): number {
  let refused = 0
  for (const name of Object.getOwnPropertyNames(native.fn)) {
    const call = native.fn[name]!
    for (let at = 0; at < call.length; at++)
      for (const value of STRANGE) {
        // A wrapper that returns instead of throwing has called its C function.
        const values = Array.from({ length: call.length }, (_, place) => (place === at ? value : undefined))
        if (thrown(() => call(...values)).startsWith('gave')) throw new Error(`${name} took ${String(value)}`)
        refused++
      }
  }
  return refused
}

/** Makes one attempt by its name. */
export function run(what: string): unknown {
  const { fn } = native
  switch (what) {
    case 'strange arguments':
      return strangeArguments() > 1000
    case 'too few':
      return thrown(() => fn.close!())
    case 'too many':
      return thrown(() => fn.close!(1, 2))
    case 'text for a number':
      return thrown(() => fn.close!('1'))
    case 'fraction':
      return thrown(() => fn.close!(0.5))
    case 'wide':
      return thrown(() => fn.close!(2 ** 31))
    case 'not finite':
      return [Number.NaN, Infinity, -Infinity].map(value => thrown(() => fn.close!(value)))
    case 'text for memory':
      return thrown(() => fn.rmdir!('/tmp'))
    case 'address zero':
      return thrown(() => native.copy(0, 1))
    case 'no view':
      return [undefined, null, 1, 'x', {}].map(value => thrown(() => native.decode(value as Uint8Array)))
    case 'encode a number':
      return thrown(() => native.encode(1 as unknown as string))
    case 'no part':
      return thrown(() => native.part('none'))
    case 'recursion': {
      const deeper = (): number => deeper() + 1
      return thrown(deeper)
    }
    case 'deep JSON':
      return [
        thrown(() => JSON.parse('['.repeat(1e6))),
        thrown(() => JSON.parse('{"a":'.repeat(1e6))),
        thrown(() => JSON.parse(`${'['.repeat(1e6)}${']'.repeat(1e6)}`, (_, value) => value)),
        JSON.stringify(JSON.parse(`${'['.repeat(250)}"[[\\"[["${']'.repeat(250)}`)).length,
      ]
    case 'deep object': {
      let value: unknown = JSON.parse(`${'['.repeat(250)}${']'.repeat(250)}`)
      const length = JSON.stringify(value, null, 2).length
      for (let at = 0; at < 1e6; at++) value = { value }
      return length
    }
    case 'backtracking':
      return thrown(() => /^(?:a|b)*$/.test('ab'.repeat(1e6)))
    case 'memory': {
      const kept: string[] = []
      return thrown(() => {
        for (;;) kept.push('x'.repeat(1 << 20) + kept.length)
      })
    }
    case 'big array':
      return thrown(() => new ArrayBuffer(2 ** 45))
    case 'uncaught':
      throw new Error('first line\nsecond line')
    default:
      throw new Error(`no attempt of this name: ${what}`)
  }
}
