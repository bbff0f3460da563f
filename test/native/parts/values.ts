/** Questions about the object `native`, and about text in both directions. */

/** Gives the bytes of an array of numbers decoded, and encoded again. */
function both(bytes: readonly number[]): { text: string; again: number[] } {
  const text = native.decode(new Uint8Array(bytes))
  return { text, again: [...native.encode(text)] }
}

/** Answers one question by its name. */
export function run(what: string, argument = 'null'): unknown {
  const given = JSON.parse(argument)
  switch (what) {
    case 'self':
      return {
        argv: native.argv,
        home: native.environ.filter(one => one.startsWith('HOME=')),
        platform: native.platform,
        arch: native.arch,
        version: native.version,
        execPath: native.execPath,
        functions: Object.getOwnPropertyNames(native.fn),
      }
    case 'utf8':
      return both(given)
    case 'surrogates':
      return [...native.encode('a\ud800b\udc00\ud83d\ude00')]
    case 'view': {
      const view = new Uint8Array([0, 65, 66, 67, 0]).subarray(1, 4)
      const copied = new Uint8Array(native.copy(native.address(view), 3))
      return { text: native.decode(view), copied: [...copied] }
    }
    case 'bigint':
      return String(BigInt(2) ** 70n)
    case 'same part': {
      const first = native.part('values')
      return native.part('values') === first
    }
    case 'failure': {
      const result = native.fn.open!(native.encode('/nowhere/at/all\0'), 0, 0)
      return { result, errno: native.errno() }
    }
    case 'variadic': {
      const file = native.encode(`${given}\0`)
      const fd = native.fn.open!(file, given.endsWith('new') ? 0x41 : 0, 0o640)
      const flags = native.fn.fcntl!(fd, 3, 0)
      return { opened: fd >= 0, flags, closed: native.fn.close!(fd) }
    }
    case 'caught': {
      // The handler is the first word of struct sigaction: 0 is the default, 1 ignores.
      const action = new Uint8Array(256)
      const [chld, cont] = native.platform === 'freebsd' ? [20, 19] : [17, 18]
      return [chld, cont].map(signal => {
        native.fn.sigaction!(signal!, null, action)
        return action[0]! > 1 || action.subarray(1, 8).some(byte => byte !== 0)
      })
    }
    default:
      throw new Error(`no question of this name: ${what}`)
  }
}
