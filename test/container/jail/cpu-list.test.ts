import { expect, it } from 'vitest'
import { cpuNumbers } from '../../../src/container/jail/cpu-list.ts'

it.each([
  ['0', [0]],
  ['1-3', [1, 2, 3]],
  ['0-1,4,6-7', [0, 1, 4, 6, 7]],
  ['0-2,7', [0, 1, 2, 7]],
  ['3, 1, 2', [1, 2, 3]],
])(
  'the processor list "%s", as cpuset(1) takes or prints it, is read as numbers in order',
  (list, numbers) => {
    expect(cpuNumbers(list)).toEqual(numbers)
  },
)
