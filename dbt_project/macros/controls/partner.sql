{#- The subject of a C2 finding: the bank's transaction, or the payment that none stands behind. -#}
{% macro c2_subject(relation) -%}
    coalesce(
        'bank.transaction:' || {{ relation }}.bank_reference, 'billing.payment:' || {{ relation }}.payment_id
    )
{%- endmacro %}

{#- The subject of a C3 finding: a bill run's posting to an account, or a journal document. -#}
{% macro c3_subject(relation) -%}
    coalesce(
        'general_ledger.journal_document:' || {{ relation }}.document_number,
        'general_ledger.posting:' || {{ relation }}.bill_run_id || '/' || {{ relation }}.account
    )
{%- endmacro %}

{#- The subject of an X3 finding: what a dealer was paid for an order. -#}
{% macro x3_subject(relation) -%}
    'partners.sale:' || {{ relation }}.partner_id || '/' || {{ relation }}.product_order_id
{%- endmacro %}

{#- A settlement as its partners name it: carrier, direction, destination and month. -#}
{% macro x1_settlement() -%}
    concat_ws('/', partner_id, direction, destination, substring(cast(traffic_month as string), 1, 7))
{%- endmacro %}
