-- One row per subscriber and file date: how the register looked on each day.
-- A view: one model reads it.

{{ config(materialized='view') }}

with

subscriber as (
    {{ all_rows('subscribers', 'subscriber') }}
)

select
    trim(imsi) as imsi,
    {{ clean_text('msisdn') }} as msisdn,
    {{ clean_text('iccid') }} as iccid,
    {{ clean_text('profile') }} as profile,
    {{ clean_text('state') }} as state,
    cast(activated_at as timestamp) as activated_at,
    activated_at_source,
    file_date,
    {{ load_metadata() }}
from subscriber
