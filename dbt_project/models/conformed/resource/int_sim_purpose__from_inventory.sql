-- What inventory says that SIM cards are for. Grain: one row per SIM card with a purpose.

with

resource as (
    select * from {{ ref('stg_inventory__resource') }}
),

read as (
    select
        resource_id_inventory,
        {{ characteristic_value('resource_characteristic', 'imsi') }} as imsi,
        {{ characteristic_value('resource_characteristic', 'purpose') }} as purpose_source,
        {{ characteristic_value('resource_characteristic', 'purposeValidUntil') }} as valid_until_source
    from resource
)

select
    resource_id_inventory,
    imsi,
    {{ code_key('purpose_source') }} as purpose,
    try_cast(valid_until_source as date) as valid_until
from read
where purpose_source is not null and imsi is not null
