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

{#-
    CTEs that find the carrier behind called numbers: `matched` has other_party, partner_id, destination and match_rank (1: the longest prefix).
      calls  CTE with other_party
-#}
{% macro called_network_ctes(calls) -%}
prefix_length as (
    select distinct prefix_length from {{ ref('dim_number_range') }}
),

called_number as (
    select distinct other_party from {{ calls }} where other_party is not null
),

matched as (
    select
        called_number.other_party,
        number_range.partner_id,
        number_range.destination,
        row_number() over (
            partition by called_number.other_party order by number_range.prefix_length desc nulls last
        ) as match_rank
    from called_number
    cross join prefix_length
    inner join {{ ref('dim_number_range') }} as number_range
        on substring(called_number.other_party, 1, prefix_length.prefix_length) = number_range.number_prefix
)
{%- endmacro %}
