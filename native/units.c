/*
 * The units of the program, which are in this executable as bytecode, or as scripts with UNITS_ARE_TEXT. A unit is the value of
 * one top-level name. The global object inherits from an object that has each of these names as a property, and that evaluates
 * the unit of a name when the engine first looks for the name. The value then becomes a property of the global object, so that
 * the engine does not come here again. A command therefore neither reads nor allocates the functions that it does not call.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "native.h"

/* The names of parts are those of units with this prefix, which no identifier has. */
#define PART "part %s"
#define MOST_PART_NAME 64

/* For each unit, true while it is evaluated: its name has no value then, as a constant of a module before its declaration. */
static bool *evaluating;

static int compare_names(const void *name, const void *unit)
{
  return strcmp(name, ((const struct unit *)unit)->name);
}

static JSValue evaluate(JSContext *context, const struct unit *unit)
{
#ifdef UNITS_ARE_TEXT
  /* The parser wants the NUL that stands after each unit. */
  return JS_Eval(context, (const char *)unit->bytes, unit->length, unit->name, JS_EVAL_TYPE_GLOBAL);
#else
  JSValue script = JS_ReadObject(context, unit->bytes, unit->length, JS_READ_OBJ_BYTECODE);
  if (JS_IsException(script)) return script;
  return JS_EvalFunction(context, script);
#endif
}

/* Evaluates the unit of a name and makes it a property of the global object; JS_UNINITIALIZED when no unit has this name. */
static JSValue load(JSContext *context, JSAtom atom)
{
  const char *name = JS_AtomToCString(context, atom);
  if (name == NULL) return JS_EXCEPTION;
  const struct unit *unit = bsearch(name, units, unit_count, sizeof(units[0]), compare_names);
  JS_FreeCString(context, name);
  if (unit == NULL || evaluating[unit - units]) return JS_UNINITIALIZED;
  evaluating[unit - units] = true;
  JSValue value = evaluate(context, unit);
  evaluating[unit - units] = false;
  if (JS_IsException(value)) return value;
  JSValue global = JS_GetGlobalObject(context);
  int defined = JS_DefinePropertyValue(context, global, atom, JS_DupValue(context, value), JS_PROP_C_W_E);
  JS_FreeValue(context, global);
  if (defined >= 0) return value;
  JS_FreeValue(context, value);
  return JS_EXCEPTION;
}

/* The method [[GetOwnProperty]] of the object from which the global object inherits. */
static int own_property(JSContext *context, JSPropertyDescriptor *descriptor, JSValueConst object, JSAtom atom)
{
  (void)object;
  JSValue value = load(context, atom);
  if (JS_IsException(value)) return -1;
  if (JS_IsUninitialized(value)) return 0;
  if (descriptor == NULL) {
    JS_FreeValue(context, value);
    return 1;
  }
  *descriptor = (JSPropertyDescriptor){JS_PROP_C_W_E, value, JS_UNDEFINED, JS_UNDEFINED};
  return 1;
}

static JSClassExoticMethods methods = {.get_own_property = own_property};
static const JSClassDef class = {.class_name = "Units", .exotic = &methods};

bool prepare_units(JSContext *context)
{
#ifdef UNITS_ARE_TEXT
  JS_AddIntrinsicEval(context);
#endif
  JSClassID id = 0;
  JS_NewClassID(&id);
  evaluating = calloc(unit_count, sizeof(evaluating[0]));
  if (evaluating == NULL || JS_NewClass(JS_GetRuntime(context), id, &class) < 0) return false;
  JSValue global = JS_GetGlobalObject(context);
  JSValue parent = JS_NewObjectProtoClass(context, JS_GetPrototype(context, global), id);
  bool done = !JS_IsException(parent) && JS_SetPrototype(context, global, parent) >= 0;
  JS_FreeValue(context, parent);
  JS_FreeValue(context, global);
  return done;
}

/* Gives the value of a part, which is undefined for a name that no part has. */
JSValue start_part(JSContext *context, const char *name)
{
  char unit[MOST_PART_NAME];
  if (snprintf(unit, sizeof(unit), PART, name) >= (int)sizeof(unit)) unit[0] = '\0';
  JSValue global = JS_GetGlobalObject(context);
  JSValue value = JS_GetPropertyStr(context, global, unit);
  JS_FreeValue(context, global);
  return value;
}

JSValue native_part(JSContext *context, JSValueConst self, int count, JSValueConst *values)
{
  (void)self;
  (void)count;
  const char *name = JS_ToCString(context, values[0]);
  if (name == NULL) return JS_EXCEPTION;
  JSValue value = start_part(context, name);
  if (JS_IsUndefined(value)) value = JS_ThrowReferenceError(context, "no part of this name: %s", name);
  JS_FreeCString(context, name);
  return value;
}
