-- One row per subscription in the latest counted load.

with

subscription as (
    {{ current_rows('billing', 'subscription') }}
)

select
    subscription_id,
    account_id,
    {{ clean_text('product_ref') }} as product_id_source,
    {{ clean_text('service_number') }} as service_number,
    number_type,
    {{ clean_text('imsi') }} as imsi,
    status,
    cast(bill_start_at as timestamp) as bill_start_at,
    cast(bill_end_at as timestamp) as bill_end_at,
    cast(updated_at as timestamp) as updated_at,
    {{ load_metadata() }}
from subscription
