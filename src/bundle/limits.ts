/** Numbers of the config that stand for "no limit". */

/**
 * The value of a 64-bit limit. JSON numbers beyond 2^53 have lost digits when they arrive here, but everything from
 * 2^63 on means infinity: 18446744073709551615 is RLIM_INFINITY on Linux, 9223372036854775807 on FreeBSD
 * (sys/sys/resource.h); -1n stands for it from here on.
 */
export function limitValue(value: number): bigint {
  return value >= 2 ** 63 || value < 0 ? -1n : BigInt(Math.trunc(value))
}
