{#-
    TM Forum Open API shapes, version 4 and 5 alike. Version 5 wraps a party or its role:
    {role, partyOrPartyRole: {id}} where version 4 has {role, id}.
-#}

{#- The id of the related party in a role, from a relatedParty array. -#}
{% macro related_party_id(column, role) -%}
    coalesce(
        {{ json_array_find(column, '$.role', role, '$.id') }},
        {{ json_array_find(column, '$.role', role, '$.partyOrPartyRole.id') }}
    )
{%- endmacro %}

{#- The value of a named characteristic, trimmed; null when it is absent or empty. -#}
{% macro characteristic_value(column, name) -%}
    {{ clean_text(json_array_find(column, '$.name', name, '$.value')) }}
{%- endmacro %}

{#- The same for a catalogue's prodSpecCharValueUse, whose values are a list. -#}
{% macro catalogue_characteristic_value(column, name) -%}
    {{ clean_text(json_array_find(column, '$.name', name, '$.productSpecCharacteristicValue[0].value')) }}
{%- endmacro %}
