/** The host's users and groups, from passwd(5) and group(5). Each file is read when one of its entries is first asked for. */
import { errnoOf } from '../../errors.ts'
import type { Ids, Names } from '../abi/devfs-rule.ts'
import { readTextFile } from '../files.ts'

/** Gives the name and the number of each entry, which are the first and the third field in passwd(5) and in group(5). */
export function accountsOf(text: string): (readonly [name: string, id: number])[] {
  return text.split('\n').flatMap(line => {
    const [name = '', , id = ''] = line.split(':')
    return name !== '' && !name.startsWith('#') && /^[0-9]+$/.test(id) ? [[name, Number(id)] as const] : []
  })
}

function reader(path: string): () => (readonly [string, number])[] {
  let accounts: (readonly [string, number])[] | undefined
  return () => {
    accounts ??= accountsOf(contentsOf(path))
    return accounts
  }
}

function contentsOf(path: string): string {
  try {
    return readTextFile(path)
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return ''
    throw error
  }
}

/** Gives look-ups of the numbers of users and groups by name. */
export function idsOfHost(): Ids {
  const users = reader('/etc/passwd')
  const groups = reader('/etc/group')
  return {
    user: name => users().find(([each]) => each === name)?.[1],
    group: name => groups().find(([each]) => each === name)?.[1],
  }
}

/** Gives look-ups of the names of users and groups by number. */
export function namesOfHost(): Names {
  const users = reader('/etc/passwd')
  const groups = reader('/etc/group')
  return {
    user: uid => users().find(([, id]) => id === uid)?.[0],
    group: gid => groups().find(([, id]) => id === gid)?.[0],
  }
}
