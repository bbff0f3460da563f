/*
 * A JSON.parse that limits the nesting of its input. The engine's parser is recursive, and some versions of it do not check how
 * much stack is left, so that deep nesting would crash the program.
 */
#include "native.h"

/*
 * The largest depth of arrays and objects within each other. A config.json of the OCI specification has less than ten levels.
 * JSON.stringify is recursive too and does not check the stack; the limit also bounds the values that it gets.
 */
#define MOST_NESTED 256

static JSValue engine_parse;

/* True when JSON text is nested too deep; brackets inside strings do not count. The parser reports text that is no JSON. */
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
  /* The function is declared with two arguments, so the engine passes undefined for a missing one. */
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
