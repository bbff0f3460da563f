/* The functions that the C files offer each other. */
#ifndef NATIVE_H
#define NATIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quickjs.h"

/* heap.c: the engine's memory. */
extern const JSMallocFunctions heap_functions;

/* engine.c: makes a runtime and a context with the built-in objects that the program uses; NULL without memory. */
JSContext *new_context(void);

/* json.c: replaces JSON.parse by a function that refuses text that is nested too deep. */
bool guard_json_parse(JSContext *context);

/* memory.c: access to bytes that JavaScript and C share. */
uint8_t *view_bytes(JSContext *context, JSValueConst view, size_t *length);
extern const JSCFunctionListEntry memory_functions[];
extern const int memory_function_count;

/* utf8.c: UTF-8 by the Encoding Standard of the WHATWG. */
JSValue decode_utf8(JSContext *context, const uint8_t *bytes, size_t length);
bool prepare_utf8(JSContext *context);
extern const JSCFunctionListEntry utf8_functions[];
extern const int utf8_function_count;

/* arguments.c: the checks of the generated wrappers. Each gives false, with a pending exception, for a wrong argument. */
bool argument_count(JSContext *context, int count, int expected);
bool to_i32(JSContext *context, JSValueConst value, int32_t *result);
bool to_u32(JSContext *context, JSValueConst value, uint32_t *result);
bool to_u64(JSContext *context, JSValueConst value, uint64_t *result);
bool to_pointer(JSContext *context, JSValueConst value, void **result);
/* Gives the result of a C function to JavaScript; for the result -1, errno is saved for native.errno(). */
JSValue answer(JSContext *context, int64_t result);
/* Gives a pointer to JavaScript as a number; for NULL, errno is saved. */
JSValue answer_pointer(JSContext *context, const void *result);
JSValue native_errno(JSContext *context, JSValueConst self, int count, JSValueConst *values);

/* generated/functions.c: a wrapper for each row of src/host/ffi/signatures.ts. */
extern const JSCFunctionListEntry c_functions[];
extern const int c_function_count;

/* units.c of the build, which compile.c prints: the units in the order of their names, as bytecode or as scripts with a NUL after them. */
struct unit {
  const char *name;
  const uint8_t *bytes;
  size_t length;
};
extern const struct unit units[];
extern const size_t unit_count;

/* units.c: lets the program find its top-level names, each of which is evaluated when it is used for the first time. */
bool prepare_units(JSContext *context);
JSValue start_part(JSContext *context, const char *name);
JSValue native_part(JSContext *context, JSValueConst self, int count, JSValueConst *values);

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
