/** What a JSON document can hold. Objects from the reader never have a key `__proto__`. */
export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject

export type JsonObject = { [key: string]: JsonValue }
