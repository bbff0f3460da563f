// The text that the demo compares before and after.

/** Removes FreeBSD's counts of reads, writes and vnodes from the output of `mount -v`, because they change all the time. */
export const withoutCounts = text => text.replaceAll(/ \((\w+)[^()]*\)$/gm, ' ($1)')
