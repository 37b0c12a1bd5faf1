-- One row per prefix of called numbers.

with

number_range as (
    select * from {{ ref('int_number_range__from_partners') }}
)

select
    number_prefix,
    partner_id,
    destination,
    cast(length(number_prefix) as integer) as prefix_length
from number_range
