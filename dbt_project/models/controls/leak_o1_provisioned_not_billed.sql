-- O1: the network serves and the product is active, but billing has no subscription. Grain: product and completed
-- run.
-- Amount: the offering's monthly price per unbilled day of the bill month, plus the usage of those days at catalogue
-- prices.

with

owned as (
    {{ owned_candidates('o1') }}
),

candidate as (
    select
        *,
        {{ local_to_utc('unbilled_to', var('home_time_zone')) }} as unbilled_to_at
    from owned
),

priced as (
    select
        candidate.*,
        price.currency_code,
        price.price_amount as monthly_price,
        cast(
            round(price.price_amount * candidate.unbilled_days / nullif(candidate.bill_month_days, 0), 2) as decimal(18, 2)
        ) as recurring_amount
    from candidate
    inner join {{ ref('dim_product_offering_price') }} as price
        on candidate.product_offering_id = price.product_offering_id
        and price.price_type = 'recurring'
        and candidate.unbilled_to_at > price.valid_from
        and candidate.unbilled_to_at <= price.valid_to
),

found as (
    select
        priced.source_system,
        priced.product_id_source,
        priced.bill_run_id,
        priced.currency_code,
        max(priced.service_id) as service_id,
        max(priced.customer_id) as customer_id,
        max(priced.billing_account_id) as billing_account_id,
        min(priced.product_offering_id) as product_offering_id,
        max(priced.monthly_price) as monthly_price,
        min(priced.unbilled_from) as unbilled_from,
        max(priced.unbilled_to) as unbilled_to,
        sum(priced.unbilled_days) as unbilled_days,
        max(priced.bill_month_days) as bill_month_days,
        max(priced.period_start) as period_start,
        max(priced.period_end) as period_end,
        sum(priced.recurring_amount) as recurring_amount,
        coalesce(sum(used.usage_events), 0) as usage_events,
        coalesce(sum(used.usage_amount), 0) as usage_amount
    from priced
    left join {{ ref('int_leakage__o1_usage') }} as used
        on priced.service_id = used.service_id
        and priced.bill_run_id = used.bill_run_id
        and priced.unbilled_from = used.unbilled_from
        and priced.currency_code = used.currency_code
    group by priced.source_system, priced.product_id_source, priced.bill_run_id, priced.currency_code
),

keyed as (
    select
        found.*,
        case when found.source_system = 'crm' then found.product_id_source else source_key.product_key_crm end
            as product_key_crm,
        case when found.source_system = 'crm_fixed' then found.product_id_source else source_key.product_key_crm_fixed end
            as product_key_crm_fixed,
        source_key.service_key_inventory,
        source_key.subscriber_key
    from found
    left join {{ ref('int_service__source_key') }} as source_key
        on found.service_id = source_key.service_id
)

select
    'O1' as control_id,
    'under' as direction,
    customer_id,
    billing_account_id,
    service_id,
    concat_ws(':', concat_ws('.', source_system, 'product'), product_id_source) as subject_key,
    {{ json_object_text_without_nulls([
        ('crm.product', 'product_key_crm'),
        ('crm_fixed.product', 'product_key_crm_fixed'),
        ('inventory.service', 'service_key_inventory'),
        ('subscribers.subscriber', 'subscriber_key'),
        ('billing.bill_run', 'bill_run_id'),
    ]) }} as source_keys,
    {{ json_object_text([
        ('unbilled_from', 'cast(unbilled_from as string)'),
        ('unbilled_to', 'cast(unbilled_to as string)'),
        ('unbilled_days', 'unbilled_days'),
        ('bill_month_days', 'bill_month_days'),
        ('monthly_price', 'cast(monthly_price as string)'),
        ('recurring_amount', 'cast(recurring_amount as string)'),
        ('usage_events', 'usage_events'),
        ('usage_amount', 'cast(usage_amount as string)'),
    ]) }} as evidence,
    'product_offering' as root_cause_type,
    product_offering_id as root_cause_key,
    period_start,
    period_end,
    cast(recurring_amount + usage_amount as decimal(18, 2)) as amount,
    currency_code,
    false as is_estimate
from keyed
where recurring_amount + usage_amount > 0
