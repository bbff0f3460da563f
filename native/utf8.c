/* UTF-8 by the Encoding Standard of the WHATWG. The engine's own conversions accept surrogates and other invalid sequences. */
#include <string.h>

#include "native.h"

/* The character U+FFFD in UTF-8, which replaces an invalid sequence. */
static const uint8_t REPLACEMENT[3] = {0xef, 0xbf, 0xbd};

static JSValue uint8_array;

/*
 * Gives the length of the character at `bytes`; `left` is the number of bytes from there to the end. The result is negative for an
 * invalid sequence: -n means that one U+FFFD replaces n bytes (the maximal subpart of the Unicode Standard).
 */
static int sequence(const uint8_t *bytes, size_t left)
{
  uint8_t first = bytes[0];
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return -1;
  int length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  /* The range of the second byte excludes overlong forms, surrogates and numbers above U+10FFFF. */
  uint8_t least = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  uint8_t most = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  for (int at = 1; at < length; at++) {
    if ((size_t)at >= left || bytes[at] < least || bytes[at] > most) return -at;
    least = 0x80;
    most = 0xbf;
  }
  return length;
}

JSValue decode_utf8(JSContext *context, const uint8_t *bytes, size_t length)
{
  size_t at = 0, invalid = 0;
  while (at < length) {
    int size = sequence(bytes + at, length - at);
    if (size < 0) {
      invalid++;
      size = -size;
    }
    at += (size_t)size;
  }
  if (invalid == 0) return JS_NewStringLen(context, (const char *)bytes, length);
  /* Each U+FFFD has three bytes and replaces at least one byte, so the text grows by two bytes at most for each. */
  uint8_t *valid = js_malloc(context, length + 2 * invalid);
  if (valid == NULL) return JS_EXCEPTION;
  uint8_t *end = valid;
  for (at = 0; at < length;) {
    int size = sequence(bytes + at, length - at);
    size_t written = size < 0 ? sizeof(REPLACEMENT) : (size_t)size;
    memcpy(end, size < 0 ? REPLACEMENT : bytes + at, written);
    end += written;
    at += (size_t)(size < 0 ? -size : size);
  }
  JSValue text = JS_NewStringLen(context, (const char *)valid, (size_t)(end - valid));
  js_free(context, valid);
  return text;
}

static JSValue decode(JSContext *context, JSValueConst self, int count, JSValueConst *values)
{
  (void)self;
  (void)count;
  size_t length;
  const uint8_t *bytes = view_bytes(context, values[0], &length);
  if (bytes == NULL) return JS_EXCEPTION;
  return decode_utf8(context, bytes, length);
}

static JSValue encode(JSContext *context, JSValueConst self, int count, JSValueConst *values)
{
  (void)self;
  (void)count;
  if (!JS_IsString(values[0])) return JS_ThrowTypeError(context, "encode: a string is expected");
  size_t length;
  const char *text = JS_ToCStringLen(context, &length, values[0]);
  if (text == NULL) return JS_EXCEPTION;
  JSValue buffer = JS_NewArrayBufferCopy(context, (const uint8_t *)text, length);
  JS_FreeCString(context, text);
  if (JS_IsException(buffer)) return buffer;
  /* The engine encodes a lone surrogate as the bytes ED, A0 to BF, and one more; U+FFFD has three bytes too. */
  uint8_t *bytes = JS_GetArrayBuffer(context, &length, buffer);
  for (size_t at = 0; at + 2 < length; at++)
    if (bytes[at] == 0xed && bytes[at + 1] >= 0xa0) memcpy(bytes + at, REPLACEMENT, sizeof(REPLACEMENT));
  JSValue view = JS_CallConstructor(context, uint8_array, 1, (JSValueConst *)&buffer);
  JS_FreeValue(context, buffer);
  return view;
}

bool prepare_utf8(JSContext *context)
{
  JSValue global = JS_GetGlobalObject(context);
  uint8_array = JS_GetPropertyStr(context, global, "Uint8Array");
  JS_FreeValue(context, global);
  return !JS_IsException(uint8_array);
}

const JSCFunctionListEntry utf8_functions[] = {
  JS_CFUNC_DEF("decode", 1, decode),
  JS_CFUNC_DEF("encode", 1, encode),
};
const int utf8_function_count = COUNT(utf8_functions);
