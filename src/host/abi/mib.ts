/** Numbers of oids for sysctl(3) (sys/sysctl.h). */

/** kern.boottime. */
export const BOOTTIME = [1, 21] as const
/** kern.proc.pid; a pid follows. */
export const PROC_PID = [1, 14, 1] as const
/** kern.proc.proc: all processes. */
export const PROC_PROC = [1, 14, 8] as const
/** kern.proc.filedesc; a pid follows. */
export const PROC_FILEDESC = [1, 14, 33] as const
/** kern.proc.rlimit; a pid and the number of a resource follow. */
export const PROC_RLIMIT = [1, 14, 37] as const
/** The name of an oid, whose numbers follow (CTL_SYSCTL_NAME). */
export const OID_NAME = [0, 1] as const
/** The kind and format of an oid, whose numbers follow (CTL_SYSCTL_OIDFMT of sys/sysctl.h, which sysctl(8) uses). */
export const OID_FORMAT = [0, 4] as const
