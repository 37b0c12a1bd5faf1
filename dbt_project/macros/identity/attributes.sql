{#-
    What the systems say about a thing, attribute by attribute. One place: the claim models, the dimensions' provenance and the check of
    the seed precedence follow it. An attribute is compared and won as a whole (a name or an address is never mixed from two records).
-#}
{% macro entity_attributes(entity) -%}
    {{ return({
        'customer': ['customer_type', 'name', 'birth_date', 'vat_number', 'email', 'phone', 'address', 'status'],
        'billing_account': ['account_name', 'bill_cycle', 'status', 'opened_at', 'closed_at'],
        'product': [
            'customer', 'billing_account', 'product_offering', 'product_name', 'status', 'started_at', 'terminated_at'
        ],
        'service': [
            'service_type', 'service_number', 'status', 'valid_from', 'valid_to', 'customer', 'billing_account'
        ],
        'resource': [
            'resource_name', 'resource_type', 'imsi', 'iccid', 'technology', 'operational_state', 'site', 'parent',
            'latitude', 'longitude', 'valid_from', 'valid_to'
        ],
    }[entity]) }}
{%- endmacro %}

{#- Every entity that several systems may hold, in the order of the chain from party to network. -#}
{% macro identity_entities() -%}
    {{ return(['customer', 'billing_account', 'product', 'service', 'resource']) }}
{%- endmacro %}
