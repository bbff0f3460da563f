/** Who this process is: by what name it was called, and how to start it again. */

/** True in an executable made by `bun build --compile`, whose files live below /$bunfs. */
function isCompiled(): boolean {
  return process.versions.bun !== undefined && import.meta.url.includes('/$bunfs/')
}

function basename(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** The names that the program answers to. */
export type Program = 'jailwright' | 'ocijail'

/**
 * The name by which the program was called: `ocijail` through a link of that name (podman knows a runtime by its name),
 * `jailwright` in every other case.
 */
export function calledName(): Program {
  // argv0 is the compiled executable's link; under Node the link is the script's.
  const called = basename(process.argv0) === 'ocijail' || basename(process.argv[1] ?? '') === 'ocijail'
  return called ? 'ocijail' : 'jailwright'
}

/** Argument vector that starts this program again, without its arguments: how `create` starts init. */
export function selfCommand(): [program: string, ...args: string[]] {
  if (isCompiled()) return [process.execPath]
  const here = import.meta.url
  const path = (relative: string) => decodeURIComponent(new URL(relative, here).pathname)
  // The bundler puts shared modules into chunks/ beside main.js.
  if (!here.endsWith('.ts'))
    return [process.execPath, path(here.includes('/chunks/') ? '../main.js' : './main.js')]
  if (process.versions.bun !== undefined) return [process.execPath, path('../main.ts')]
  // Source under Node is the test runner, which compiles it on the way: the built program stands in.
  return [process.execPath, path('../../dist/node/main.js')]
}
