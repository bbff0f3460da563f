/** The texts that a jail carries, `meta` and `env`: lines of key=value (sys/kern/kern_jailmeta.c). */
import { KernelError } from '../kernel.ts'

/** security.jail.meta_maxbufsize, which counts the NUL. */
const MAXIMUM = 4096

/** The text and the key that a parameter like `meta` or `meta.key` means; undefined for other parameters. */
export function metaName(name: string): { text: 'meta' | 'env'; key: string | undefined } | undefined {
  const found = /^(meta|env)(?:\.(.*))?$/s.exec(name)
  return found === null ? undefined : { text: found[1] as 'meta' | 'env', key: found[2] }
}

/**
 * The text after the parameters of one jail_set(2), applied in their order. A whole text replaces the text; a key puts its
 * new line first and removes its old lines; null removes a key. EFBIG for too long a text, EINVAL for a key without a name.
 */
export function changeMeta(
  old: string,
  changes: readonly (readonly [key: string | undefined, value: string | null])[],
): string {
  let lines = old === '' ? [] : old.split('\n')
  for (const [key, value] of changes) {
    if (Buffer.byteLength(value ?? '') + 1 > MAXIMUM) throw new KernelError('EFBIG')
    if (key === undefined) {
      lines = value === null || value === '' ? [] : value.split('\n')
      continue
    }
    if (key === '') throw new KernelError('EINVAL')
    lines = lines.filter(line => !line.startsWith(`${key}=`))
    if (value !== null) lines.unshift(...`${key}=${value}`.split('\n'))
  }
  const text = lines.join('\n')
  if (Buffer.byteLength(text) + 1 > MAXIMUM) throw new KernelError('EFBIG')
  return text
}

/** The value of a key, empty when there is none. */
export function metaValue(text: string, key: string): string {
  const line = text.split('\n').find(one => one.startsWith(`${key}=`))
  return line === undefined ? '' : line.slice(key.length + 1)
}
