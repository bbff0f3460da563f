/* JSON.parse: the engine's parser recurses, and some of its versions never look at how much stack is left. */
#include "native.h"

/*
 * Arrays and objects within each other. A config of the OCI specification has less than ten. JSON.stringify recurses too,
 * and without a look at the stack: this bounds what it is given.
 */
#define MOST_NESTED 256

static JSValue engine_parse;

/* Nesting of JSON text; brackets inside strings do not count. Text that is no JSON is left to the parser. */
static bool nested_too_deep(const char *text, size_t length)
{
  size_t depth = 0;
  bool in_string = false;
  for (size_t at = 0; at < length; at++) {
    char one = text[at];
    if (in_string) {
      if (one == '\\') at++;
      else if (one == '"') in_string = false;
    } else if (one == '"') {
      in_string = true;
    } else if (one == '[' || one == '{') {
      if (++depth > MOST_NESTED) return true;
    } else if ((one == ']' || one == '}') && depth > 0) {
      depth--;
    }
  }
  return false;
}

static JSValue parse(JSContext *context, JSValueConst self, int count, JSValueConst *values)
{
  /* The length of the function is 2, so the engine fills up missing arguments with undefined. */
  size_t length;
  const char *text = JS_ToCStringLen(context, &length, values[0]);
  if (text == NULL) return JS_EXCEPTION;
  JSValue result;
  if (nested_too_deep(text, length))
    result = JS_ThrowSyntaxError(context, "JSON is nested deeper than %d", MOST_NESTED);
  else if (JS_IsFunction(context, values[1]))
    result = JS_Call(context, engine_parse, self, count, values);
  else
    result = JS_ParseJSON(context, text, length, "<input>");
  JS_FreeCString(context, text);
  return result;
}

bool guard_json_parse(JSContext *context)
{
  JSValue global = JS_GetGlobalObject(context);
  JSValue json = JS_GetPropertyStr(context, global, "JSON");
  engine_parse = JS_GetPropertyStr(context, json, "parse");
  JSValue guarded = JS_NewCFunction(context, parse, "parse", 2);
  bool done = JS_DefinePropertyValueStr(context, json, "parse", guarded, JS_PROP_WRITABLE | JS_PROP_CONFIGURABLE) == 1;
  JS_FreeValue(context, json);
  JS_FreeValue(context, global);
  return done;
}
