/*
 * The differences between the C libraries that the program is built with: types of arguments under one name (`as` in
 * src/host/ffi/signatures.ts), and a function that one of the libraries lacks.
 */
#ifndef SYSTEM_H
#define SYSTEM_H

#ifdef __linux__
#define _GNU_SOURCE
#define _LARGEFILE64_SOURCE
#endif

#include <sys/types.h>
#include <sys/param.h>
#include <errno.h>
#include <stdint.h>
#include <sys/resource.h>
#include <unistd.h>

#if defined(__linux__)
#include <grp.h>
#include <sys/syscall.h>
#endif

#if defined(__GLIBC__)
typedef unsigned long ioctl_request;
typedef __rlimit_resource_t limit_resource;
typedef __priority_which_t priority_which;
#elif defined(__linux__)
typedef int ioctl_request;
typedef int limit_resource;
typedef int priority_which;
/* musl has no close_range(2). */
static inline int close_range(unsigned first, unsigned last, int flags)
{
  return (int)syscall(SYS_close_range, first, last, flags);
}
#else
typedef unsigned long ioctl_request;
typedef int limit_resource;
typedef int priority_which;
#endif

#if defined(__linux__)
typedef size_t group_count;
typedef id_t priority_who;
#else
typedef int group_count;
typedef int priority_who;
#endif

#endif
