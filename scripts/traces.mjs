// What the demo compares before and after.

/** Lines of `mount -v` without what changes by itself: FreeBSD counts reads, writes and vnodes of each file system. */
export const withoutCounts = text => text.replaceAll(/ \((\w+)[^()]*\)$/gm, ' ($1)')
