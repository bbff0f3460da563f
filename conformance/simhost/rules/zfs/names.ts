/** Names of datasets, as entity_namecheck checks them (sys/contrib/openzfs/module/zcommon/zfs_namecheck.c). */

/** What libzfs says of a name that no file system can have (zfs_validate_name), or undefined for a good one. */
export function nameFault(name: string): string | undefined {
  if (name.includes('@')) return "snapshot delimiter '@' is not expected here"
  if (name.includes('#')) return "bookmark delimiter '#' is not expected here"
  if (name.length >= 256) return 'name is too long'
  if (name.startsWith('/')) return 'leading slash in name'
  if (name === '' || name.includes('//')) return "empty component or misplaced '@' or '#' delimiter in name"
  if (name.endsWith('/')) return 'trailing slash in name'
  const invalid = /[^A-Za-z0-9_.: /%-]/.exec(name)?.[0]
  if (invalid !== undefined) return `invalid character '${invalid}' in name`
  const parts = name.split('/')
  if (parts.includes('.')) return "self reference, '.' is found in name"
  if (parts.includes('..')) return "parent reference, '..' is found in name"
  return undefined
}

/** The name of the dataset above; undefined for a pool. */
export function above(name: string): string | undefined {
  const slash = name.lastIndexOf('/')
  return slash < 0 ? undefined : name.slice(0, slash)
}
