/** Work for the engine's memory (native/heap.c): blocks of all sizes that are made, that grow and shrink, and that end. */

/** Sizes around the limit of small blocks, and up to some pages. */
const SIZES = [1, 7, 8, 9, 23, 24, 25, 500, 1000, 1007, 1008, 1009, 1015, 1016, 1017, 1024, 4096, 70_000]

/** Gives the numbers of a generator by Lehmer, which are the same in each run. */
function* numbers(): Generator<number, never> {
  for (let state = 20_260_101; ; ) {
    state = (state * 48_271) % 0x7fffffff
    yield state
  }
}

/** A value of a size, which tells by itself whether it is intact. */
interface Kept {
  readonly seed: number
  readonly bytes: Uint8Array
  readonly list: number[]
  readonly text: string
}

function make(size: number, seed: number): Kept {
  const bytes = new Uint8Array(size)
  for (let at = 0; at < size; at++) bytes[at] = seed + at
  // An array that grows by one element moves its block again and again, and one that is cut gives a part back.
  const list: number[] = []
  for (let at = 0; at < size % 300; at++) list.push(seed ^ at)
  list.length = Math.ceil(list.length / 2)
  return { seed, bytes, list, text: `${seed} `.repeat(size % 50) }
}

function isIntact({ seed, bytes, list, text }: Kept): boolean {
  return (
    bytes.every((byte, at) => byte === ((seed + at) & 0xff)) &&
    list.every((value, at) => value === (seed ^ at)) &&
    text.split(' ').every(word => word === '' || word === String(seed))
  )
}

/** Makes and drops values in turns; gives the number of values that were looked at, or fails at a damaged one. */
export function run(rounds: string): number {
  const random = numbers()
  const next = (below: number) => random.next().value % below
  const kept: (Kept | undefined)[] = Array.from({ length: 200 }, () => undefined)
  let looked = 0
  for (let round = 0; round < Number(rounds); round++) {
    const place = next(kept.length)
    const old = kept[place]
    if (old !== undefined) {
      if (!isIntact(old)) throw new Error(`a value of ${old.bytes.length} bytes is damaged in round ${round}`)
      looked++
    }
    kept[place] = next(4) === 0 ? undefined : make(SIZES[next(SIZES.length)]!, next(1 << 20))
  }
  return looked
}
