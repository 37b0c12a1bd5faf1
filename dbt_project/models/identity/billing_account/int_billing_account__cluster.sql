-- Which records are one billing account, with its id. Grain: record_id.

select
    record_id,
    senior_record_id,
    {{ cluster_id('billing_account', 'senior_record_id') }} as billing_account_id,
    record_count,
    system_count
from {{ ref('int_billing_account__grouping') }}
