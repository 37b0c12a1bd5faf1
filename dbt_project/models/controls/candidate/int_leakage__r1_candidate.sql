-- R1: rated events whose amount differs from what the catalogue makes of them. Grain: rated_usage_id.
-- An event that can't be priced can't be judged and is no finding: fct_unpriceable_usage tells of it.

select
    'rated_usage:' || cast(re_rated.rated_usage_id as string) as claim_key,
    'R1' as control_id,
    re_rated.rated_usage_id,
    rated_usage.event_reference,
    re_rated.subscription_id_billing,
    rated_usage.billing_account_id,
    rated_usage.customer_id,
    rated_usage.service_id,
    re_rated.product_offering_id,
    re_rated.product_offering_price_id,
    re_rated.usage_type,
    re_rated.zone,
    re_rated.bill_run_id,
    re_rated.currency_code,
    re_rated.rated_amount,
    re_rated.charged_steps as expected_steps,
    -- a call charged by parts has more than one
    case when not re_rated.is_crossing then re_rated.unit_price end as expected_unit_price,
    re_rated.expected_amount,
    re_rated.expected_amount - re_rated.rated_amount as difference_amount
from {{ ref('int_rated_usage__re_rated') }} as re_rated
inner join {{ ref('fct_rated_usage') }} as rated_usage
    on re_rated.rated_usage_id = rated_usage.rated_usage_id
where re_rated.expected_amount <> re_rated.rated_amount
