import { expect, it } from 'vitest'
import { describeUndo } from '../../../src/container/journal/describe.ts'
import type { Undo } from '../../../src/container/journal/journal.ts'

const destroy = {
  tool: 'ifconfig',
  args: ['%{interface}', 'destroy'],
  forDescription: 'jailwright web vnet0',
} as const

const cases: [Undo, string][] = [
  [
    { op: 'unmount', path: '/r/data', fstype: 'nullfs', from: '/vol', before: undefined },
    'unmount /r/data (nullfs of /vol)',
  ],
  [
    { op: 'unmount', path: '/r/dev', fstype: 'devfs', from: 'devfs', before: undefined },
    'unmount /r/dev (devfs)',
  ],
  [{ op: 'rmdir', root: '/r', path: '/a' }, 'remove the directory /r/a, if it is empty'],
  [{ op: 'unlink', root: '/r', path: '/a' }, 'remove the file /r/a, if it is empty'],
  [{ op: 'unlink', root: '/r', path: '/a', link: 'b' }, 'remove the link /r/a, if it leads to b'],
  [{ op: 'put-back', root: '/r', path: '/a', aside: '.a.aside' }, 'put .a.aside back to /r/a'],
  [{ op: 'host-rmdir', path: '/x' }, 'remove the directory /x, if it is empty'],
  [{ op: 'pid-file', path: '/x', pid: 5 }, 'remove the pid file /x, if it holds 5'],
  [{ op: 'jail', name: 'web', path: '/r' }, 'remove the jail web of /r, with its processes'],
  [{ op: 'run', calls: [{ tool: 'rctl', args: ['-r', 'jail:web'] }] }, 'rctl -r jail:web'],
  [
    { op: 'run', calls: [destroy] },
    'ifconfig INTERFACE destroy of the interface with the description "jailwright web vnet0"',
  ],
  [
    { op: 'ruleset', number: 9, marker: 'path jailwright-of-web' },
    'delete devfs ruleset 9, if its first rule is "path jailwright-of-web"',
  ],
  [{ op: 'init-gone', ctl: '/s/ctl' }, 'wait until init has let go of /s/ctl'],
  [
    { op: 'kill', pid: 5, start: 's', group: true },
    'kill process 5 and its group, if it is the one that was started',
  ],
  [{ op: 'children', parent: 'p' }, 'lower children.max of the jail p by one'],
]

it.each(cases)('the undo %j is described in one readable line', (undo, text) => {
  expect(describeUndo({ undo, done: {} })).toBe(text)
})

it('an effect that may never have happened is described as such, and a line end in a name stays in the line', () => {
  expect(describeUndo({ undo: { op: 'rmdir', root: '/r', path: '/a\nb' }, done: undefined })).toBe(
    'remove the directory /r/a\\nb, if it is empty, if it was done',
  )
})
