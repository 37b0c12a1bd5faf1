-- What each account record claims, attribute by attribute. Grain: billing account (entity_id), attribute, record_id.

with

member as (

    select
        conformed.*,
        cluster.billing_account_id as entity_id,
        coalesce(conformed.status, 'active') <> 'closed' as is_live
    from {{ ref('int_billing_account__conformed') }} as conformed
    inner join {{ ref('int_billing_account__cluster') }} as cluster
        on conformed.record_id = cluster.record_id

),

claim as (
    {{ claim_rows('billing_account', 'member', [
        ('account_name', 'account_name', folded_text('account_name')),
        ('bill_cycle', 'bill_cycle', 'bill_cycle'),
        ('status', 'status', 'status'),
        ('opened_at', 'opened_at', local_date('opened_at')),
        ('closed_at', 'closed_at', local_date('closed_at')),
    ]) }}
),

ranked as (
    {{ ranked_claims('billing_account', 'claim') }}
)

select * from ranked
