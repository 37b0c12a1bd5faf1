-- What each customer record claims, attribute by attribute, and which claim counts. Grain: customer (entity_id), attribute, record_id.
-- Name and address are one attribute each: their parts come from one record, never mixed from two.

with

member as (

    select
        conformed.*,
        cluster.customer_id as entity_id,
        coalesce(conformed.status, 'active') <> 'closed' as is_live
    from {{ ref('int_customer__conformed') }} as conformed
    inner join {{ ref('int_customer__cluster') }} as cluster
        on conformed.record_id = cluster.record_id

),

claim as (
    {{ claim_rows('customer', 'member', [
        ('customer_type', 'customer_type', 'customer_type'),
        ('name', 'customer_name', "coalesce(company_key, nullif(concat_ws('|', family_name_key, given_name_key), ''))"),
        ('birth_date', 'birth_date', 'birth_date'),
        ('vat_number', 'vat_number', 'vat_key'),
        ('email', 'email', 'email_key'),
        ('phone', 'phone', 'phone_key'),
        ('address', "nullif(concat_ws(', ', street, nullif(concat_ws(' ', postcode, city), '')), '')",
            "concat_ws('|', street_key, postcode_key, city_key)"),
        ('status', 'status', 'status'),
    ]) }}
),

ranked as (
    {{ ranked_claims('customer', 'claim') }}
)

select * from ranked
