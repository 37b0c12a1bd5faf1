-- Links between billing account records. Grain: left_record_id, right_record_id, rule.
-- Only billing holds accounts: the CRMs name its account numbers and have no record of their own. So two records are one account where two
-- billing systems use one number, or where a migration renumbered an account: it was closed, and a new one of the same customer goes on at
-- once with a subscription of the same product. A new account of the same customer at that time, without such a subscription, may be one
-- or may be a fresh start: uncertain.

with

record as (

    select * from {{ ref('int_billing_account__conformed') }}

),

account as (

    select
        record.record_id,
        record.system,
        record.source_key,
        record.bill_cycle,
        record.opened_at,
        record.closed_at,
        customer_cluster.customer_id
    from record
    left join {{ ref('int_customer__cluster') }} as customer_cluster
        on record.customer_record_id = customer_cluster.record_id

),

subscription as (

    select
        account_record_id,
        product_reference,
        started_at,
        terminated_at
    from {{ ref('int_product__conformed') }}
    where system = 'billing'
        and product_reference is not null

),

-- a closed account, and a later one of the same customer
succession as (

    select
        former.record_id as left_record_id,
        later.record_id as right_record_id,
        former.opened_at as first_opened_at,
        later.closed_at as last_closed_at,
        former.bill_cycle = later.bill_cycle
        and abs({{ dbt.datediff('former.closed_at', 'later.opened_at', 'day') }}) <= {{ var('identity_max_gap_days') }} as follows_at_once
    from account as former
    inner join account as later
        on former.customer_id = later.customer_id
        and former.system = later.system
        and former.opened_at < later.opened_at
        and former.record_id <> later.record_id
    where former.closed_at is not null
        and coalesce(later.closed_at, {{ open_end() }}) > former.closed_at

),

-- products whose subscription ended on the former account when one began on the later account
moved as (

    select
        succession.left_record_id,
        succession.right_record_id,
        count(distinct ended.product_reference) as moved_count
    from succession
    inner join subscription as ended
        on succession.left_record_id = ended.account_record_id
    inner join subscription as begun
        on succession.right_record_id = begun.account_record_id
        and ended.product_reference = begun.product_reference
        and abs({{ dbt.datediff('ended.terminated_at', 'begun.started_at', 'day') }}) <= {{ var('identity_max_gap_days') }}
    group by succession.left_record_id, succession.right_record_id

),

proposed as (

    select
        left_record.record_id as left_record_id,
        right_record.record_id as right_record_id,
        'account_number' as rule,
        cast(null as bigint) as moved_count,
        {{ open_start() }} as valid_from,
        {{ open_end() }} as valid_to
    from record as left_record
    inner join record as right_record
        on left_record.source_key = right_record.source_key
        and left_record.system < right_record.system
    union all
    select
        succession.left_record_id,
        succession.right_record_id,
        case when moved.moved_count > 0 then 'subscription_moved' else 'customer_and_time' end as rule,
        cast(moved.moved_count as bigint) as moved_count,
        coalesce(succession.first_opened_at, {{ open_start() }}) as valid_from,
        coalesce(succession.last_closed_at, {{ open_end() }}) as valid_to
    from succession
    left join moved
        on succession.left_record_id = moved.left_record_id
        and succession.right_record_id = moved.right_record_id
    where moved.moved_count > 0
        or succession.follows_at_once

),

-- an account goes on as one other; the one that took most of it
ranked as (

    select
        proposed.*,
        rule.method,
        rule.rank,
        cast(rule.score as decimal(5, 4)) as score,
        row_number() over (
            partition by proposed.left_record_id
            order by rule.rank asc nulls last, proposed.moved_count desc nulls last, proposed.right_record_id asc nulls last
        ) as choice
    from proposed
    inner join {{ ref('identity_rule') }} as rule
        on rule.entity = 'billing_account'
        and proposed.rule = rule.rule

)

select
    {{ hash_key(["'billing_account'", 'ranked.left_record_id', 'ranked.right_record_id', 'ranked.rule']) }} as link_id,
    ranked.left_record_id,
    ranked.right_record_id,
    ranked.method,
    ranked.rule,
    case
        when ranked.choice > 1 then 'stronger_link'
        when ranked.rule = 'customer_and_time' then 'uncertain'
    end as rejection_reason,
    {{ json_object_text([
        ('left_account_id', 'left_record.source_key'), ('right_account_id', 'right_record.source_key'),
        ('moved_subscriptions', 'ranked.moved_count')
    ]) }} as evidence,
    ranked.rank,
    ranked.score,
    cast(null as double) as match_weight,
    ranked.choice = 1 and ranked.rule <> 'customer_and_time' as is_accepted,
    ranked.choice = 1 and ranked.rule = 'customer_and_time' as is_uncertain,
    ranked.valid_from,
    ranked.valid_to
from ranked
inner join record as left_record
    on ranked.left_record_id = left_record.record_id
inner join record as right_record
    on ranked.right_record_id = right_record.record_id
