/* Arguments and results of the C functions that JavaScript calls. An argument of a wrong type throws a TypeError. */
#include <errno.h>

#include "native.h"

/* 2^53: a double represents every whole number up to this one. */
#define MOST_EXACT 9007199254740992.0

static int saved_errno;

bool argument_count(JSContext *context, int count, int expected)
{
  if (count == expected) return true;
  JS_ThrowTypeError(context, "%d arguments where %d are expected", count, expected);
  return false;
}

/* Converts a value to a whole number from `least` to `most`. */
static bool to_whole(JSContext *context, JSValueConst value, double least, double most, int64_t *result)
{
  if (!JS_IsNumber(value)) {
    JS_ThrowTypeError(context, "a number is expected");
    return false;
  }
  double number;
  if (JS_ToFloat64(context, &number, value) < 0) return false;
  /* The comparison comes before the conversion, because C leaves the conversion of NaN and of too large numbers undefined. */
  if (!(number >= least && number <= most) || number != (double)(int64_t)number) {
    JS_ThrowRangeError(context, "a number that does not fit the argument");
    return false;
  }
  *result = (int64_t)number;
  return true;
}

bool to_i32(JSContext *context, JSValueConst value, int32_t *result)
{
  int64_t number;
  if (!to_whole(context, value, INT32_MIN, INT32_MAX, &number)) return false;
  *result = (int32_t)number;
  return true;
}

/* A negative number is converted as C does it, because chown(2) takes -1 for an id that stays unchanged. */
bool to_u32(JSContext *context, JSValueConst value, uint32_t *result)
{
  int64_t number;
  if (!to_whole(context, value, INT32_MIN, UINT32_MAX, &number)) return false;
  *result = (uint32_t)number;
  return true;
}

bool to_u64(JSContext *context, JSValueConst value, uint64_t *result)
{
  int64_t number;
  if (JS_IsBigInt(context, value)) {
    if (JS_ToBigInt64(context, &number, value) < 0) return false;
  } else if (!to_whole(context, value, -MOST_EXACT, MOST_EXACT, &number)) {
    return false;
  }
  *result = (uint64_t)number;
  return true;
}

bool to_pointer(JSContext *context, JSValueConst value, void **result)
{
  if (JS_IsNull(value)) {
    *result = NULL;
    return true;
  }
  if (JS_IsNumber(value)) {
    int64_t address;
    if (!to_whole(context, value, 0, MOST_EXACT, &address)) return false;
    *result = (void *)(intptr_t)address;
    return true;
  }
  size_t length;
  *result = view_bytes(context, value, &length);
  return *result != NULL;
}

JSValue answer(JSContext *context, int64_t result)
{
  if (result == -1) saved_errno = errno;
  return JS_NewInt64(context, result);
}

JSValue answer_pointer(JSContext *context, const void *result)
{
  if (result == NULL) saved_errno = errno;
  return JS_NewInt64(context, (int64_t)(intptr_t)result);
}

JSValue native_errno(JSContext *context, JSValueConst self, int count, JSValueConst *values)
{
  (void)self;
  (void)count;
  (void)values;
  return JS_NewInt32(context, saved_errno);
}
