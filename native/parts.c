/* The parts of the program, which are in this executable as bytecode, or as scripts with PARTS_ARE_TEXT.
   Each is evaluated when the program asks for it. */
#include <stdlib.h>
#include <string.h>

#include "native.h"

/* The exports of each part, in the order of `parts`; JS_UNDEFINED for a part that was not evaluated yet. */
static JSValue *exports;

static bool prepare(JSContext *context)
{
  if (exports != NULL) return true;
  exports = js_malloc(context, part_count * sizeof(JSValue));
  if (exports == NULL) return false;
#ifdef PARTS_ARE_TEXT
  JS_AddIntrinsicEval(context);
#endif
  for (size_t at = 0; at < part_count; at++) exports[at] = JS_UNDEFINED;
  return true;
}

/* Evaluates a part, which is a script whose value is its exports. A part that throws is evaluated again at the next request. */
static JSValue evaluate(JSContext *context, const struct part *part)
{
#ifdef PARTS_ARE_TEXT
  /* The parser wants the NUL that stands after each part. */
  return JS_Eval(context, (const char *)part->bytes, part->length, part->name, JS_EVAL_TYPE_GLOBAL);
#else
  JSValue script = JS_ReadObject(context, part->bytes, part->length, JS_READ_OBJ_BYTECODE);
  if (JS_IsException(script)) return script;
  return JS_EvalFunction(context, script);
#endif
}

JSValue load_part(JSContext *context, const char *name)
{
  if (!prepare(context)) return JS_EXCEPTION;
  for (size_t at = 0; at < part_count; at++) {
    if (strcmp(parts[at].name, name) != 0) continue;
    if (JS_IsUndefined(exports[at])) {
      JSValue value = evaluate(context, &parts[at]);
      if (JS_IsException(value)) return value;
      exports[at] = value;
    }
    return JS_DupValue(context, exports[at]);
  }
  return JS_ThrowReferenceError(context, "no part of this name: %s", name);
}

JSValue native_part(JSContext *context, JSValueConst self, int count, JSValueConst *values)
{
  (void)self;
  (void)count;
  const char *name = JS_ToCString(context, values[0]);
  if (name == NULL) return JS_EXCEPTION;
  JSValue value = load_part(context, name);
  JS_FreeCString(context, name);
  return value;
}
