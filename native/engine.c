/* The engine: which parts of the language there are, how far it may recurse, and how scripts are compiled. */
#include <sys/resource.h>

#include "native.h"

/* Bytes of stack that JavaScript may use: a quarter of what the process has, and never more than this. */
#define MOST_STACK ((rlim_t)1 << 20)
/* Bytes that are allocated before cycles are looked for; most commands end sooner. */
#define COLLECT_AFTER ((size_t)2 << 20)

static size_t stack_size(void)
{
  struct rlimit limit;
  if (getrlimit(RLIMIT_STACK, &limit) == -1 || limit.rlim_cur / 4 > MOST_STACK) return MOST_STACK;
  return (size_t)limit.rlim_cur / 4;
}

JSContext *new_context(void)
{
  JSRuntime *runtime = JS_NewRuntime();
  if (runtime == NULL) return NULL;
  JS_SetMaxStackSize(runtime, stack_size());
  JS_SetGCThreshold(runtime, COLLECT_AFTER);
  JSContext *context = JS_NewContextRaw(runtime);
  if (context == NULL) return NULL;
  JS_AddIntrinsicBaseObjects(context);
  JS_AddIntrinsicDate(context);
  JS_AddIntrinsicStringNormalize(context);
  JS_AddIntrinsicRegExpCompiler(context);
  JS_AddIntrinsicRegExp(context);
  JS_AddIntrinsicJSON(context);
  JS_AddIntrinsicProxy(context);
  JS_AddIntrinsicMapSet(context);
  JS_AddIntrinsicTypedArrays(context);
  JS_AddIntrinsicPromise(context);
#ifndef JS_STRIP_SOURCE
  /* Versions from 2025 on have BigInt among the base objects. */
  JS_AddIntrinsicBigInt(context);
#endif
  return context;
}
