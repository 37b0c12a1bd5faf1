-- One row per tax status of an account in the latest counted load.

with

account_tax_status as (
    {{ current_rows('billing', 'account_tax_status') }}
)

select
    tax_status_id,
    account_id,
    {{ clean_text('tax_category') }} as tax_category,
    {{ clean_text('reason_code') }} as reason_code,
    {{ clean_text('reference') }} as reference,
    {{ clean_text('country_code') }} as country_code,
    valid_from,
    valid_to,
    {{ load_metadata() }}
from account_tax_status
