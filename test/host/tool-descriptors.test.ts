import { beforeEach, expect, it, vi } from 'vitest'
import { runToEnd } from '../../src/host/process/run-to-end.ts'
import { run } from '../../src/host/tools.ts'

vi.mock(import('../../src/host/process/run-to-end.ts'), () => ({
  runToEnd: vi.fn(() => ({ status: 0, stdout: '', stderr: '' })),
}))

const passed = () => vi.mocked(runToEnd).mock.lastCall?.[2]

beforeEach(() => vi.clearAllMocks())

it.each([
  ['ifconfig', ['epair', 'create']],
  ['cpuset', ['-g', '-j', 'web']],
] as const)('%s %j stays on the host and inherits the descriptor that is to be kept open', (tool, args) => {
  run(tool, args, { keepOpen: 7, stdin: 'x' })
  expect(passed()).toEqual({ keepOpen: 7, stdin: 'x' })
})

it.each([
  ['ifconfig', ['-j', 'web', 'lo0', 'up']],
  ['route', ['-j', 'web', 'add', 'default', '192.0.2.1']],
] as const)('%s %j enters a jail and inherits no descriptor', (tool, args) => {
  run(tool, args, { keepOpen: 7, stdin: 'x' })
  expect(passed()).toEqual({ stdin: 'x' })
})
