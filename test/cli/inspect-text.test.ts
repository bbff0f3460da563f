import { expect, it } from 'vitest'
import { inspectText } from '../../src/cli/inspect-text.ts'
import { journalText } from '../../src/cli/journal-text.ts'
import type { Inspection } from '../../src/container/inspect/index.ts'

const inspection: Inspection = {
  ...{ id: 'web', status: 'running', jail: 'web', jid: 3, root: '/r', bundle: '/b', rebooted: false },
  drift: 2,
  sections: {
    files: [
      { name: 'state.json', mark: 'ok' },
      { name: 'plan.json', mark: 'drift', note: 'damaged' },
    ],
    parameters: [{ name: 'enforce_statfs', mark: 'drift', planned: '2', found: '1' }],
    mounts: [{ name: '/r/a\nDRIFT', mark: 'other', found: 'tmpfs', note: 'was there before the container' }],
    rules: [{ name: 'hide', mark: 'ok', planned: 'hide', found: 'hide' }],
    devices: [],
    interfaces: [],
    limits: [{ name: 'maxproc:deny', mark: 'unknown', planned: '50', note: 'rctl(8) does not answer' }],
    processes: [{ name: '7', mark: 'ok', planned: 'the first process', found: 'runs: sleep 9' }],
  },
  plan: null,
}

it('an inspection is printed as a line for each thing with drifts marked, and no name can begin a line', () => {
  expect(inspectText(inspection)).toBe(`container web: running, jail web (jid 3)
root /r
bundle /b

files of the state directory
         state.json
  DRIFT  plan.json   damaged

jail parameters
  DRIFT  enforce_statfs  1; planned: 2

mounts
  -      /r/a\\nDRIFT  tmpfs; was there before the container

devfs ruleset
         hide

limits
  ?      maxproc:deny  50; rctl(8) does not answer

processes
         7  runs: sleep 9

2 drifts from the plan
`)
})

it('an inspection without drift says so', () => {
  expect(inspectText({ ...inspection, drift: 0 })).toMatch(/\n\nno drift from the plan\n$/)
})

it('a journal is printed as a line for each effect, newest first, and marks what a restart has undone', () => {
  const undo = { op: 'host-rmdir', path: '/x' } as const
  const listing = {
    ...{ id: 'web', directory: '/run/web', rebooted: true, problems: ['plan.json: damaged'] },
    entries: [
      { n: 0, text: 'unmount /r/dev (devfs)', undone: true, undo },
      { n: 12, text: 'remove the directory /x, if it is empty', undone: false, undo },
    ],
  }
  expect(journalText(listing)).toBe(`# plan.json: damaged
# the host has been restarted: what is marked with * is undone already
 - * unmount /r/dev (devfs)
12   remove the directory /x, if it is empty
     remove the state directory /run/web
`)
})
