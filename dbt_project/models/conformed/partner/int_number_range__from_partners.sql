-- One row per prefix of called numbers.

with

number_range as (
    select * from {{ ref('stg_partners__number_range') }}
)

select
    number_prefix,
    partner_id,
    lower(destination) as destination
from number_range
