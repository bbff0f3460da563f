/* The engine's runtime: its built-in objects, the limit of the stack and the threshold of the garbage collector. */
#include <sys/resource.h>

#include "native.h"

/* JavaScript may use a quarter of the stack that the process has, and at most this number of bytes. */
#define MOST_STACK ((rlim_t)1 << 20)
/* The collector first looks for cycles when this number of bytes is allocated; most commands end before that. */
#define COLLECT_AFTER ((size_t)2 << 20)

static size_t stack_size(void)
{
  struct rlimit limit;
  if (getrlimit(RLIMIT_STACK, &limit) == -1 || limit.rlim_cur / 4 > MOST_STACK) return MOST_STACK;
  return (size_t)limit.rlim_cur / 4;
}

JSContext *new_context(void)
{
  JSRuntime *runtime = JS_NewRuntime2(&heap_functions, NULL);
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
  /* From 2025 on BigInt is one of the base objects, and this function no longer exists. */
  JS_AddIntrinsicBigInt(context);
#endif
  return context;
}
