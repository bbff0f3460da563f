/* What the C files share. QuickJS is the engine; everything else here is ours. */
#ifndef NATIVE_H
#define NATIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quickjs.h"

/* engine.c: a runtime and a context with the parts of the language that the program uses. */
JSContext *new_context(void);

/* json.c: JSON.parse that refuses text nested deeper than its parser can recurse. */
bool guard_json_parse(JSContext *context);

/* memory.c: bytes that JavaScript and C both see. */
uint8_t *view_bytes(JSContext *context, JSValueConst view, size_t *length);
extern const JSCFunctionListEntry memory_functions[];
extern const int memory_function_count;

/* utf8.c: strings as the WHATWG's encoder and decoder have them. */
JSValue decode_utf8(JSContext *context, const uint8_t *bytes, size_t length);
bool prepare_utf8(JSContext *context);
extern const JSCFunctionListEntry utf8_functions[];
extern const int utf8_function_count;

/* arguments.c: what the generated wrappers of C functions are made of. Each gives false with an exception pending. */
bool argument_count(JSContext *context, int count, int expected);
bool to_i32(JSContext *context, JSValueConst value, int32_t *result);
bool to_u32(JSContext *context, JSValueConst value, uint32_t *result);
bool to_u64(JSContext *context, JSValueConst value, uint64_t *result);
bool to_pointer(JSContext *context, JSValueConst value, void **result);
/* The result of a C function; -1 keeps errno for native.errno(). */
JSValue answer(JSContext *context, int64_t result);
/* A pointer as a number; NULL keeps errno. */
JSValue answer_pointer(JSContext *context, const void *result);
JSValue native_errno(JSContext *context, JSValueConst self, int count, JSValueConst *values);

/* generated/functions.c: one wrapper for each row of src/host/ffi/signatures.ts. */
extern const JSCFunctionListEntry c_functions[];
extern const int c_function_count;

/* generated/parts.c: bytecode of the program, cut into parts. */
struct part {
  const char *name;
  const uint8_t *bytecode;
  size_t length;
};
extern const struct part parts[];
extern const size_t part_count;

/* parts.c: evaluates a part once and gives its exports. */
JSValue load_part(JSContext *context, const char *name);
JSValue native_part(JSContext *context, JSValueConst self, int count, JSValueConst *values);

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
