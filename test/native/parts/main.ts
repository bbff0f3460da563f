/**
 * The part `main` of the program of these tests. It evaluates the script that its first argument names, and prints the result.
 */

/** The exports of a test script. */
type Script = { run(...args: string[]): unknown }

/** Writes a line to standard output. */
function print(line: string): void {
  const bytes = native.encode(`${line}\n`)
  for (let at = 0; at < bytes.length; ) at += native.fn.write!(1, bytes.subarray(at), bytes.length - at)
}

const [, name, ...args] = native.argv
if (name !== undefined && name !== 'empty') {
  const value = (native.part(name) as Script).run(...args)
  print(JSON.stringify(value) ?? 'undefined')
}
