/* The start of the program: it makes the engine and the global object `native`, and evaluates the unit of the part `main`. */
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef __FreeBSD__
#include <sys/param.h>
#include <sys/auxv.h>
#include <sys/sysctl.h>
#endif

#include "native.h"

#if defined(__FreeBSD__)
#define PLATFORM "freebsd"
#elif defined(__linux__)
#define PLATFORM "linux"
#endif

#if defined(__x86_64__)
#define ARCH "x64"
#elif defined(__aarch64__)
#define ARCH "arm64"
#elif defined(__riscv)
#define ARCH "riscv64"
#elif defined(__powerpc64__)
#define ARCH "ppc64"
#endif

/* The version of QuickJS. scripts/build defines it, because the header of QuickJS does not tell it. */
#ifndef ENGINE_VERSION
#define ENGINE_VERSION "unknown"
#endif

extern char **environ;

/* Descriptors 0 to 2 that the caller has closed would be given to files that are opened later. */
static void keep_standard_descriptors(void)
{
  for (int fd = 0; fd <= 2; fd++)
    if (fcntl(fd, F_GETFD) == -1 && open("/dev/null", O_RDWR) == -1) exit(1);
}

static void do_nothing(int number)
{
  (void)number;
}

/*
 * SIGCHLD and SIGCONT get a handler, so that they wait for sigtimedwait(2) while they are blocked. FreeBSD throws a signal
 * away that is ignored by default, blocked or not and waited for or not (sys/kern/kern_sig.c: tdsendsignal, sigprocess). It
 * also keeps the exit status of a child from being lost when the caller ignores SIGCHLD.
 */
static void keep_signals(void)
{
  struct sigaction action = {.sa_handler = do_nothing, .sa_flags = SA_RESTART};
  sigaction(SIGCHLD, &action, NULL);
  sigaction(SIGCONT, &action, NULL);
}

/* Finds the absolute path of this executable; false when the system cannot tell it. */
static bool executable_path(char *path, size_t size)
{
#ifdef __FreeBSD__
  int name[] = {CTL_KERN, KERN_PROC, KERN_PROC_PATHNAME, -1};
  /* The kernel gives the words of execve(2) when it cannot find the whole path (do_execve in sys/kern/kern_exec.c). */
  if (elf_aux_info(AT_EXECPATH, path, (int)size) == 0 && path[0] == '/') return true;
  return sysctl(name, COUNT(name), path, &size, NULL, 0) == 0;
#else
  ssize_t length = readlink("/proc/self/exe", path, size - 1);
  if (length == -1) return false;
  path[length] = '\0';
  return true;
#endif
}

static JSValue decode_string(JSContext *context, const char *text)
{
  return decode_utf8(context, (const uint8_t *)text, strlen(text));
}

/* Gives an array of the strings, which end with NULL. */
static JSValue string_array(JSContext *context, char **strings)
{
  JSValue array = JS_NewArray(context);
  for (uint32_t at = 0; strings[at] != NULL; at++)
    if (JS_SetPropertyUint32(context, array, at, decode_string(context, strings[at])) < 0) return JS_EXCEPTION;
  return array;
}

static const JSCFunctionListEntry native_functions[] = {
  JS_CFUNC_DEF("errno", 0, native_errno),
  JS_CFUNC_DEF("part", 1, native_part),
  JS_PROP_STRING_DEF("platform", PLATFORM, JS_PROP_ENUMERABLE),
  JS_PROP_STRING_DEF("arch", ARCH, JS_PROP_ENUMERABLE),
  JS_PROP_STRING_DEF("version", ENGINE_VERSION, JS_PROP_ENUMERABLE),
};

/* Makes the global object `native`; false with an exception pending. */
static bool define_native(JSContext *context, char **arguments)
{
  char path[PATH_MAX];
  JSValue global = JS_GetGlobalObject(context);
  JSValue native = JS_NewObject(context);
  JSValue functions = JS_NewObject(context);
  if (!prepare_utf8(context) || !guard_json_parse(context) || !prepare_units(context)) return false;
  JS_SetPropertyFunctionList(context, functions, c_functions, c_function_count);
  JS_SetPropertyFunctionList(context, native, native_functions, COUNT(native_functions));
  JS_SetPropertyFunctionList(context, native, memory_functions, memory_function_count);
  JS_SetPropertyFunctionList(context, native, utf8_functions, utf8_function_count);
  if (!executable_path(path, sizeof(path))) path[0] = '\0';
  bool done = JS_SetPropertyStr(context, native, "fn", functions) >= 0 &&
    JS_SetPropertyStr(context, native, "argv", string_array(context, arguments)) >= 0 &&
    JS_SetPropertyStr(context, native, "environ", string_array(context, environ)) >= 0 &&
    JS_SetPropertyStr(context, native, "execPath", decode_string(context, path)) >= 0 &&
    JS_SetPropertyStr(context, global, "native", native) >= 0;
  JS_FreeValue(context, global);
  return done;
}

/* Prints one line about an exception that the program has not caught. */
static int report(JSContext *context)
{
  JSValue exception = JS_GetException(context);
  const char *message = JS_ToCString(context, exception);
  if (message == NULL) message = "out of memory";
  fprintf(stderr, "jailwright: %.*s\n", (int)strcspn(message, "\n"), message);
  return 1;
}

int main(int count, char **arguments)
{
  (void)count;
  keep_standard_descriptors();
  /* Writing to a closed pipe then fails with EPIPE, instead of ending the program with SIGPIPE. */
  signal(SIGPIPE, SIG_IGN);
  keep_signals();
  JSContext *context = new_context();
  if (context == NULL) {
    fprintf(stderr, "jailwright: out of memory\n");
    return 1;
  }
  if (!define_native(context, arguments)) return report(context);
  JSValue value = start_part(context, "main");
  if (JS_IsException(value)) return report(context);
  /* The engine is not freed, because the system frees all memory of a process that ends. */
  return 0;
}
