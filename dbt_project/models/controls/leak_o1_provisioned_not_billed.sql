-- O1: the network serves and the product is active, but billing has no subscription. Grain: service and completed run.
-- Amount: the offering's monthly price per unbilled day of the bill month, plus the usage of those days at catalogue prices.

with

candidate as (
    select candidate.*
    from {{ ref('int_leakage__o1_candidate') }} as candidate
    inner join {{ ref('int_leakage__claim') }} as claim
        on candidate.control_id = claim.control_id
        and candidate.claim_key = claim.claim_key
        and claim.is_owner
),

timed as (
    select
        *,
        {{ local_to_utc('unbilled_from', var('home_time_zone')) }} as unbilled_from_at,
        {{ local_to_utc('unbilled_to', var('home_time_zone')) }} as unbilled_to_at
    from candidate
),

recurring as (
    select
        timed.*,
        price.currency_code,
        price.price_amount as monthly_price,
        cast(round(price.price_amount * timed.unbilled_days / nullif(timed.bill_month_days, 0), 2) as decimal(18, 2)) as recurring_amount
    from timed
    inner join {{ ref('dim_product_offering_price') }} as price
        on timed.product_offering_id = price.product_offering_id
        and price.price_type = 'recurring'
        and timed.unbilled_to_at > price.valid_from
        and timed.unbilled_to_at <= price.valid_to
),

-- Distinct: what mediation passed on twice was used once.
event as (
    select distinct
        timed.service_id,
        timed.bill_run_id,
        timed.unbilled_from,
        timed.product_offering_id,
        event.usage_type,
        event.zone,
        event.other_party,
        event.partial_sequence,
        event.quantity,
        event.started_at
    from timed
    inner join {{ ref('fct_usage') }} as event
        on timed.service_id = event.service_id
        and event.started_at >= timed.unbilled_from_at
        and event.started_at < timed.unbilled_to_at
),

usage_amount as (
    select
        event.service_id,
        event.bill_run_id,
        event.unbilled_from,
        price.currency_code,
        count(*) as usage_events,
        cast(round(sum({{ charged_steps('event.quantity', 'price.unit_size') }} * price.price_amount), 2) as decimal(18, 2))
            as usage_amount
    from event
    inner join {{ ref('usage_zone') }} as zone
        on event.zone = zone.zone
        and not zone.is_free_by_rule
    inner join {{ ref('dim_product_offering_price') }} as price
        on event.product_offering_id = price.product_offering_id
        and price.price_type = 'usage'
        and event.usage_type = price.usage_type
        and event.zone = price.zone
        and event.started_at >= price.valid_from
        and event.started_at < price.valid_to
    group by event.service_id, event.bill_run_id, event.unbilled_from, price.currency_code
),

found as (
    select
        recurring.service_id,
        recurring.bill_run_id,
        recurring.currency_code,
        max(recurring.customer_id) as customer_id,
        max(recurring.billing_account_id) as billing_account_id,
        max(recurring.source_system) as source_system,
        max(recurring.product_id_source) as product_id_source,
        max(recurring.monthly_price) as monthly_price,
        min(recurring.unbilled_from) as unbilled_from,
        max(recurring.unbilled_to) as unbilled_to,
        sum(recurring.unbilled_days) as unbilled_days,
        max(recurring.bill_month_days) as bill_month_days,
        max(recurring.period_start) as period_start,
        max(recurring.period_end) as period_end,
        sum(recurring.recurring_amount) as recurring_amount,
        coalesce(sum(usage_amount.usage_events), 0) as usage_events,
        coalesce(sum(usage_amount.usage_amount), 0) as usage_amount
    from recurring
    left join usage_amount
        on recurring.service_id = usage_amount.service_id
        and recurring.bill_run_id = usage_amount.bill_run_id
        and recurring.unbilled_from = usage_amount.unbilled_from
        and recurring.currency_code = usage_amount.currency_code
    group by recurring.service_id, recurring.bill_run_id, recurring.currency_code
)

select
    'O1' as control_id,
    'under' as direction,
    found.customer_id,
    found.billing_account_id,
    found.service_id,
    concat_ws(':', found.source_system || '.product', found.product_id_source) as subject_key,
    {{ json_object_text_without_nulls([
        ('crm.product', "case when found.source_system = 'crm' then found.product_id_source else source_key.product_key_crm end"),
        ('crm_fixed.product', "case when found.source_system = 'crm_fixed' then found.product_id_source else source_key.product_key_crm_fixed end"),
        ('inventory.service', 'source_key.service_key_inventory'),
        ('subscribers.subscriber', 'source_key.subscriber_key'),
        ('billing.bill_run', 'found.bill_run_id'),
    ]) }} as source_keys,
    {{ json_object_text([
        ('unbilled_from', 'cast(found.unbilled_from as string)'),
        ('unbilled_to', 'cast(found.unbilled_to as string)'),
        ('unbilled_days', 'found.unbilled_days'),
        ('bill_month_days', 'found.bill_month_days'),
        ('monthly_price', 'cast(found.monthly_price as string)'),
        ('recurring_amount', 'cast(found.recurring_amount as string)'),
        ('usage_events', 'found.usage_events'),
        ('usage_amount', 'cast(found.usage_amount as string)'),
    ]) }} as evidence,
    found.period_start,
    found.period_end,
    cast(found.recurring_amount + found.usage_amount as decimal(18, 2)) as amount,
    found.currency_code,
    false as is_estimate
from found
left join {{ ref('int_service__source_key') }} as source_key
    on found.service_id = source_key.service_id
where found.recurring_amount + found.usage_amount > 0
