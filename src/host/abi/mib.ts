/** Numbers by which sysctl(3) is asked (sys/sysctl.h). */

/** kern.boottime. */
export const BOOTTIME = [1, 21] as const
/** kern.proc.pid: followed by a pid. */
export const PROC_PID = [1, 14, 1] as const
/** kern.proc.proc: every process. */
export const PROC_PROC = [1, 14, 8] as const
/** kern.proc.filedesc: followed by a pid. */
export const PROC_FILEDESC = [1, 14, 33] as const
/** kern.proc.rlimit: followed by a pid and a resource. */
export const PROC_RLIMIT = [1, 14, 37] as const
/** Kind and format of an oid: followed by its numbers. sysctl(8) works by it; it stands in no man page. */
export const OID_FORMAT = [0, 4] as const
