-- What billing rated for each usage line of a run, before the bill rounds it. Grain: subscription, run, usage type, currency.

select
    subscription_id_billing,
    charge_bill_run_id as bill_run_id,
    usage_type,
    currency_code,
    sum(amount) as rated_amount
from {{ ref('fct_rated_usage') }}
where is_billed and charge_bill_run_id is not null
group by subscription_id_billing, charge_bill_run_id, usage_type, currency_code
