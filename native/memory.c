/* Access to bytes that JavaScript and C share. It is safe because QuickJS does not move the memory of an ArrayBuffer. */
#include "native.h"

/*
 * Gives the first byte of a typed array, and its length. NULL with a pending exception for a value that is no typed array, and for a
 * typed array whose buffer is detached.
 */
uint8_t *view_bytes(JSContext *context, JSValueConst view, size_t *length)
{
  size_t offset, element, whole;
  JSValue buffer = JS_GetTypedArrayBuffer(context, view, &offset, length, &element);
  if (JS_IsException(buffer)) return NULL;
  uint8_t *bytes = JS_GetArrayBuffer(context, &whole, buffer);
  JS_FreeValue(context, buffer);
  if (bytes == NULL) {
    /* In some versions of the engine an empty buffer has no address; then any address serves. */
    static uint8_t nothing[1];
    if (*length > 0) return NULL;
    JS_FreeValue(context, JS_GetException(context));
    return nothing;
  }
  if (offset > whole || *length > whole - offset) {
    JS_ThrowRangeError(context, "a view that is longer than its buffer");
    return NULL;
  }
  return bytes + offset;
}

/* address(view): gives an address as a number. Addresses of a process are below 2^53, so a double holds them exactly. */
static JSValue address(JSContext *context, JSValueConst self, int count, JSValueConst *values)
{
  (void)self;
  (void)count;
  size_t length;
  uint8_t *bytes = view_bytes(context, values[0], &length);
  if (bytes == NULL) return JS_EXCEPTION;
  return JS_NewInt64(context, (int64_t)(intptr_t)bytes);
}

/* copy(address, length): gives an ArrayBuffer. The address cannot be checked here; the caller has to pass a valid one. */
static JSValue copy(JSContext *context, JSValueConst self, int count, JSValueConst *values)
{
  (void)self;
  (void)count;
  uint64_t from, length;
  if (!to_u64(context, values[0], &from) || !to_u64(context, values[1], &length)) return JS_EXCEPTION;
  if (from == 0 || length > INT32_MAX) return JS_ThrowRangeError(context, "no memory there, or too much of it");
  return JS_NewArrayBufferCopy(context, (const uint8_t *)(uintptr_t)from, (size_t)length);
}

const JSCFunctionListEntry memory_functions[] = {
  JS_CFUNC_DEF("address", 1, address),
  JS_CFUNC_DEF("copy", 2, copy),
};
const int memory_function_count = COUNT(memory_functions);
