{#-
    TM Forum Open API shapes, version 4 and 5 alike. Version 5 wraps a party or its role
    ({role, partyOrPartyRole: {id}}) and gives each contact medium its own type with the fields beside it.
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

{#- The same for a catalogue's prodSpecCharValueUse, whose values are a list (version 5 calls it characteristicValueSpecification). -#}
{% macro catalogue_characteristic_value(column, name) -%}
    {{ clean_text(
        'coalesce('
        ~ json_array_find(column, '$.name', name, '$.productSpecCharacteristicValue[0].value') ~ ', '
        ~ json_array_find(column, '$.name', name, '$.characteristicValueSpecification[0].value') ~ ')'
    ) }}
{%- endmacro %}

{#- A field of the first contact medium of a type; types by version 4's mediumType: email, phone, postalAddress. -#}
{% macro contact_medium_value(column, medium, field) -%}
    {%- set type_of_version_5 = {
        'email': 'EmailContactMedium', 'phone': 'PhoneContactMedium', 'postaladdress': 'GeographicAddressContactMedium'
    }[medium | lower] -%}
    {{ clean_text(
        'coalesce('
        ~ json_array_find(column, '$.mediumType', medium, '$.characteristic.' ~ field) ~ ', '
        ~ json_array_find(column, "$['@type']", type_of_version_5, '$.' ~ field) ~ ')'
    ) }}
{%- endmacro %}
