/** A unified diff of two short texts in the form of diff(1) -u: one hunk with all differences. */

/** The number of unchanged lines around the differences. */
const CONTEXT = 3

/** Returns the diff; empty when both texts are the same. undefined on either side means that there is no such file. */
export function unifiedDiff(path: string, before: string | undefined, after: string | undefined): string {
  if (before === after) return ''
  const [old, now] = [lines(before), lines(after)]
  let head = 0
  while (head < Math.min(old.length, now.length) && old[head] === now[head]) head += 1
  let tail = 0
  const most = Math.min(old.length, now.length) - head
  while (tail < most && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail += 1
  const from = Math.max(0, head - CONTEXT)
  const rest = Math.min(tail, CONTEXT)
  const counts = (list: readonly string[]) => list.length - tail - from + rest
  const range = (list: readonly string[]) => `${counts(list) === 0 ? from : from + 1},${counts(list)}`
  const end = old.length - tail
  return [
    `--- ${before === undefined ? '/dev/null' : path}`,
    `+++ ${after === undefined ? '/dev/null' : path}`,
    `@@ -${range(old)} +${range(now)} @@`,
    ...old.slice(from, head).map(line => ` ${line}`),
    ...old.slice(head, end).map(line => `-${line}`),
    ...now.slice(head, now.length - tail).map(line => `+${line}`),
    ...old.slice(end, end + rest).map(line => ` ${line}`),
    '',
  ].join('\n')
}

function lines(text: string | undefined): string[] {
  if (text === undefined || text === '') return []
  return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n')
}
