package org.json

import attestkit.client.readJson

class JSONException(message: String) : Exception(message)

/** The part of Android's org.json that the page calls. */
class JSONObject private constructor(private val members: LinkedHashMap<String, Any?>) {
    constructor() : this(linkedMapOf<String, Any?>())

    constructor(copyFrom: Map<*, *>) : this(copied(copyFrom))

    constructor(json: String) : this(membersOf(json))

    fun has(name: String): Boolean = name in members

    fun put(name: String, value: Any?): JSONObject = apply { if (value == null) members -= name else members[name] = value }

    fun putOpt(name: String?, value: Any?): JSONObject = apply { if (name != null && value != null) members[name] = value }

    fun getString(name: String): String = get(name).toString()

    fun getLong(name: String): Long = get(name) as? Long ?: throw JSONException("$name is not a number")

    fun optString(name: String?): String = members[name]?.toString().orEmpty()

    fun optLong(name: String?): Long = members[name] as? Long ?: 0

    fun optBoolean(name: String?): Boolean = members[name] == true

    fun optJSONObject(name: String?): JSONObject? = when (val value = members[name]) {
        is JSONObject -> value
        is Map<*, *> -> JSONObject(value)
        else -> null
    }

    override fun toString(): String = written(members)

    private fun get(name: String): Any = members[name] ?: throw JSONException("no value for $name")
}

private fun copied(members: Map<*, *>): LinkedHashMap<String, Any?> =
    members.entries.associateTo(linkedMapOf()) { it.key as String to it.value }

private fun membersOf(json: String): LinkedHashMap<String, Any?> {
    val value = runCatching { readJson(json) }.getOrElse { throw JSONException(it.toString()) }
    return copied(value as? Map<*, *> ?: throw JSONException("not an object"))
}

private fun written(value: Any?): String = when (value) {
    is JSONObject -> value.toString()
    is Map<*, *> -> value.entries.joinToString(",", "{", "}") { "${written(it.key)}:${written(it.value)}" }
    is List<*> -> value.joinToString(",", "[", "]", transform = ::written)
    is String -> "\"${value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n")}\""
    else -> value.toString()
}
