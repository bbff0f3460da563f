/** lsvfs(1) */
import { errx, type ToolContext } from './tool.ts'

interface Type {
  name: string
  number: number
  flags: string
  refs: number
  loaded: boolean
}

/** Runs the tool and returns its exit status. */
export function main(t: ToolContext): number {
  const types = (t.call('lsvfs') as unknown as Type[]).filter(v => v.loaded)
  const shown =
    t.args.length === 0
      ? types
      : t.args.map(
          name => types.find(v => v.name === name) ?? errx(t, 1, `VFS ${name} unknown or not loaded`),
        )
  t.out('Filesystem                              Num  Refs  Flags\n')
  t.out('-------------------------------- ---------- -----  ---------------\n')
  for (const v of shown)
    t.out(
      `${v.name.padEnd(32)} 0x${v.number.toString(16).padStart(8, '0')} ${String(v.refs).padStart(5)}  ${v.flags}\n`,
    )
  return 0
}
