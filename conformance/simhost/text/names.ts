/** Users of a stock FreeBSD 15.1 (/etc/master.passwd), which a simulated host has on any Linux. */
const USERS: readonly (readonly [string, number])[] = [
  ['root', 0],
  ['toor', 0],
  ['daemon', 1],
  ['operator', 2],
  ['bin', 3],
  ['tty', 4],
  ['kmem', 5],
  ['games', 7],
  ['news', 8],
  ['man', 9],
  ['sshd', 22],
  ['smmsp', 25],
  ['mailnull', 26],
  ['bind', 53],
  ['unbound', 59],
  ['proxy', 62],
  ['_pflogd', 64],
  ['_dhcp', 65],
  ['uucp', 66],
  ['pop', 68],
  ['auditdistd', 78],
  ['www', 80],
  ['ntpd', 123],
  ['_ypldap', 160],
  ['hast', 845],
  ['tests', 977],
  ['nobody', 65534],
]

/** Groups of a stock FreeBSD 15.1 (/etc/group), by which a simulated host and its tools name them. */
export const GROUPS: readonly (readonly [string, number])[] = [
  ['wheel', 0],
  ['daemon', 1],
  ['kmem', 2],
  ['sys', 3],
  ['tty', 4],
  ['operator', 5],
  ['mail', 6],
  ['bin', 7],
  ['news', 8],
  ['man', 9],
  ['games', 13],
  ['ftp', 14],
  ['staff', 20],
  ['sshd', 22],
  ['smmsp', 25],
  ['mailnull', 26],
  ['guest', 31],
  ['video', 44],
  ['realtime', 47],
  ['idletime', 48],
  ['bind', 53],
  ['unbound', 59],
  ['proxy', 62],
  ['authpf', 63],
  ['_pflogd', 64],
  ['_dhcp', 65],
  ['uucp', 66],
  ['dialer', 68],
  ['network', 69],
  ['audit', 77],
  ['www', 80],
  ['u2f', 116],
  ['ntpd', 123],
  ['_ypldap', 160],
  ['hast', 845],
  ['tests', 977],
  ['nogroup', 65533],
  ['nobody', 65534],
]

/** getpwnam(3): uid, undefined for an unknown name. */
export function userId(name: string): number | undefined {
  return USERS.find(entry => entry[0] === name)?.[1]
}

/** getpwuid(3): name, undefined for an unknown uid. */
export function userName(uid: number): string | undefined {
  return USERS.find(entry => entry[1] === uid)?.[0]
}

/** getgrnam(3). */
export function groupId(name: string): number | undefined {
  return GROUPS.find(entry => entry[0] === name)?.[1]
}

/** getgrgid(3). */
export function groupName(gid: number): string | undefined {
  return GROUPS.find(entry => entry[1] === gid)?.[0]
}
