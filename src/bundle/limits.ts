/** Numbers of a config that mean "no limit". */

/**
 * Returns the value of a 64-bit limit; -1n means that there is no limit. A JSON number beyond 2^53 has lost digits when
 * it arrives here, but every number from 2^63 on means infinity: RLIM_INFINITY is 18446744073709551615 on Linux and
 * 9223372036854775807 on FreeBSD (sys/sys/resource.h).
 */
export function limitValue(value: number): bigint {
  return value >= 2 ** 63 || value < 0 ? -1n : BigInt(Math.trunc(value))
}
