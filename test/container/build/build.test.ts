import { existsSync } from 'node:fs'
import tmp from 'tmp'
import { expect, it } from 'vitest'
import { type Building, build } from '../../../src/container/build/build.ts'
import { layout } from '../../../src/container/state/paths.ts'
import type { RuntimeContext } from '../../../src/context.ts'
import { SyscallError } from '../../../src/errors.ts'
import { fakeHost } from '../fake-host.ts'

it.each([1, 2, 3])(
  'a create leaves no state directory when the kernel refuses its question %s about processes',
  nth => {
    const root = tmp.dirSync({ unsafeCleanup: true }).name
    const host = fakeHost()
    let asked = 0
    host.kernel.processInfo = pid => {
      if (++asked === nth) throw new SyscallError('process_info', 'EFAULT', 'Bad address', String(pid))
      return undefined
    }
    const ctx = {
      root,
      host,
      log: { debugging: false, error: (text: string) => expect.fail(text) },
    } as unknown as RuntimeContext
    const files = layout(root, 'web')
    const work = {
      files,
      options: { id: 'web' },
      mode: {},
      bundle: { config: { ociVersion: '1.3.0' }, dir: root },
      plan: {
        hooks: { prestart: [], createRuntime: [], createContainer: [], poststart: [], poststop: [] },
        steps: [],
        annotations: {},
      },
      lock: { remove: () => {} },
    } as unknown as Building
    expect(() => build(ctx, work)).toThrow('Bad address')
    expect(asked).toBeGreaterThanOrEqual(nth)
    expect(existsSync(files.dir)).toBe(false)
  },
)
