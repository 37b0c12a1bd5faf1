-- What a steward should look at, the most money first: customers that may be one, or may be two, and what linking could not use.
-- Grain: worklist_id. One row per pair of customers, though several of their records may meet: one decision settles it.

with

record as (

    select * from {{ ref('dim_source_record') }}
    where entity = 'customer'

),

link as (

    select * from {{ ref('fct_identity_link') }}
    where entity = 'customer'

),

decision as (

    select * from {{ ref('fct_identity_decision') }}

),

contradiction as (

    select * from {{ ref('fct_identity_contradiction') }}

),

stake as (

    select * from {{ ref('fct_customer_stake') }}

),

data_time as (

    select max(finished_at) as decided_at
    from {{ ref('fct_load') }}
    where is_counted

),

-- two customers whom a steward has told apart need nobody any more
told_apart as (

    select distinct
        least(left_entity_id, right_entity_id) as one_customer_id,
        greatest(left_entity_id, right_entity_id) as other_customer_id
    from decision
    where decision = 'never_link'
        and outcome <> 'superseded'
        and left_entity_id is not null
        and right_entity_id is not null

),

told_together as (

    select distinct
        left_record_id,
        right_record_id
    from decision
    where decision = 'link'
        and outcome <> 'superseded'

),

apart as (

    select
        case
            when is_uncertain then 'uncertain_link'
            when rejection_reason = 'cluster_contradiction' then 'contradicted_cluster'
            else 'rejected_key'
        end as kind,
        case
            when is_uncertain
                then concat_ws('', 'may be one: probability ', cast(score as string), ', between the two thresholds')
            when rejection_reason = 'cluster_contradiction'
                then 'linked, but through others that contradict each other, and parted for it'
            else concat_ws('', 'the key ', rule, ' says that they are one, rejected: ', replace(rejection_reason, '_', ' '))
        end as reason,
        link_id,
        left_record_id,
        right_record_id,
        left_entity_id as left_customer_id,
        right_entity_id as right_customer_id,
        rule,
        evidence,
        match_weight,
        score,
        case when is_uncertain then 1 when rejection_reason = 'cluster_contradiction' then 2 else 3 end as urgency
    from link
    where not is_same_entity
        and not is_accepted
        and (
            is_uncertain
            or rejection_reason = 'cluster_contradiction'
            or (method = 'key' and rejection_reason <> 'never_link_decided')
        )

),

ranked_apart as (

    select
        apart.*,
        row_number() over (
            partition by least(left_customer_id, right_customer_id), greatest(left_customer_id, right_customer_id)
            order by
                urgency asc nulls last,
                score desc nulls last,
                link_id asc nulls last
        ) as choice,
        count(*) over (
            partition by least(left_customer_id, right_customer_id), greatest(left_customer_id, right_customer_id)
        ) as link_count
    from apart

),

undecided_apart as (

    select
        ranked_apart.*
    from ranked_apart
    left join told_apart
        on least(ranked_apart.left_customer_id, ranked_apart.right_customer_id) = told_apart.one_customer_id
        and greatest(ranked_apart.left_customer_id, ranked_apart.right_customer_id) = told_apart.other_customer_id
    where ranked_apart.choice = 1
        and told_apart.one_customer_id is null

),

-- one customer with records that contradict it, and that no steward has joined: perhaps two customers
doubted as (

    select
        contradiction.*,
        row_number() over (
            partition by contradiction.entity_id order by contradiction.right_record_id asc nulls last
        ) as choice,
        count(*) over (partition by contradiction.entity_id) as link_count
    from contradiction
    left join told_together
        on least(contradiction.left_record_id, contradiction.right_record_id) = told_together.left_record_id
        and greatest(contradiction.left_record_id, contradiction.right_record_id) = told_together.right_record_id
    where told_together.left_record_id is null

),

item as (

    select
        kind,
        {{ hash_key(['kind', 'least(left_record_id, right_record_id)', 'greatest(left_record_id, right_record_id)']) }} as worklist_id,
        reason,
        left_record_id,
        right_record_id,
        left_customer_id,
        right_customer_id,
        rule,
        evidence,
        match_weight,
        score,
        link_count
    from undecided_apart
    union all
    select
        'contradicted_customer' as kind,
        {{ hash_key(["'contradicted_customer'", 'entity_id']) }} as worklist_id,
        concat_ws('', 'one customer, and its records contradict each other: ', contradiction) as reason,
        left_record_id,
        right_record_id,
        entity_id as left_customer_id,
        entity_id as right_customer_id,
        cast(null as string) as rule,
        evidence,
        cast(null as double) as match_weight,
        cast(null as decimal(5, 4)) as score,
        link_count
    from doubted
    where choice = 1
    union all
    select
        'decision_not_applied' as kind,
        {{ hash_key(["'decision_not_applied'", 'decision_id']) }} as worklist_id,
        concat_ws('', decision, ' by ', decided_by, ' no longer applies: ', outcome_reason) as reason,
        left_record_id,
        right_record_id,
        left_entity_id as left_customer_id,
        right_entity_id as right_customer_id,
        decision as rule,
        {{ json_object_text([
            ('decision', 'decision'), ('decided_by', 'decided_by'), ('decided_at', 'cast(decided_at as string)'), ('reason', 'reason'),
            ('outcome', 'outcome')
        ]) }} as evidence,
        cast(null as double) as match_weight,
        cast(null as decimal(5, 4)) as score,
        cast(null as bigint) as link_count
    from decision
    where outcome in ('no_effect', 'record_missing')
    union all
    select
        'limited_block' as kind,
        {{ hash_key(["'limited_block'", 'limited_block_id']) }} as worklist_id,
        concat_ws(
            '', block_rule, ' ', block_value, ' of ', cast(record_count as string), ' records joins nobody: ', replace(reason, '_', ' ')
        ) as reason,
        cast(null as string) as left_record_id,
        cast(null as string) as right_record_id,
        cast(null as string) as left_customer_id,
        cast(null as string) as right_customer_id,
        block_rule as rule,
        {{ json_object_text([
            ('value', 'block_value'), ('records', 'record_count'), ('people', 'people_count'), ('pairs_left_out', 'pairs_left_out')
        ]) }} as evidence,
        cast(null as double) as match_weight,
        cast(null as decimal(5, 4)) as score,
        cast(null as bigint) as link_count
    from {{ ref('fct_identity_limited_block') }}
    where reason <> 'placeholder'

),

-- the currency that most customers are billed in comes first
currency as (

    select
        currency_code,
        row_number() over (order by count(*) desc nulls last, currency_code asc nulls last) as currency_rank
    from stake
    group by currency_code

),

side as (

    select worklist_id, left_customer_id as customer_id
    from item
    where left_customer_id is not null
    union
    select worklist_id, right_customer_id as customer_id
    from item
    where right_customer_id is not null

),

item_stake as (

    select
        side.worklist_id,
        stake.currency_code,
        sum(stake.revenue_last_3_months_amount) as revenue_amount,
        sum(stake.open_finding_amount) as finding_amount,
        row_number() over (partition by side.worklist_id order by min(currency.currency_rank) asc nulls last) as currency_choice
    from side
    inner join stake
        on side.customer_id = stake.customer_id
    inner join currency
        on stake.currency_code = currency.currency_code
    group by side.worklist_id, stake.currency_code

),

other_currency as (

    select
        worklist_id,
        {{ distinct_list("concat_ws(' ', currency_code, cast(cast(revenue_amount + finding_amount as decimal(18, 2)) as string))") }}
            as other_amounts
    from item_stake
    where currency_choice > 1
    group by worklist_id

),

valued as (

    select
        item.*,
        item_stake.currency_code,
        cast(item_stake.revenue_amount as decimal(18, 2)) as revenue_amount,
        cast(item_stake.finding_amount as decimal(18, 2)) as finding_amount,
        cast(item_stake.revenue_amount + item_stake.finding_amount as decimal(18, 2)) as at_stake_amount,
        other_currency.other_amounts
    from item
    left join item_stake
        on item.worklist_id = item_stake.worklist_id
        and item_stake.currency_choice = 1
    left join other_currency
        on item.worklist_id = other_currency.worklist_id

)

select
    valued.worklist_id,
    valued.kind,
    cast(row_number() over (
        partition by coalesce(valued.currency_code, main_currency.currency_code)
        order by
            valued.at_stake_amount desc nulls last,
            valued.score desc nulls last,
            valued.worklist_id asc nulls last
    ) as integer) as position,
    valued.reason,
    valued.left_record_id,
    left_record.system as left_system,
    left_record.source_key as left_key,
    left_record.label as left_name,
    valued.left_customer_id,
    valued.right_record_id,
    right_record.system as right_system,
    right_record.source_key as right_key,
    right_record.label as right_name,
    valued.right_customer_id,
    valued.rule,
    valued.evidence,
    valued.match_weight,
    valued.score,
    cast(valued.link_count as integer) as link_count,
    valued.currency_code,
    valued.at_stake_amount,
    valued.revenue_amount,
    valued.finding_amount,
    valued.other_amounts,
    case
        when valued.kind = 'limited_block' then 'seeds/reference/junk_value.csv'
        else 'seeds/steward/customer_link.csv'
    end as seed_file,
    case
        when valued.kind <> 'decision_not_applied' and left_record.record_id is not null and right_record.record_id is not null
            then {{ decision_row('link', 'left_record', 'right_record', 'data_time.decided_at', 'valued.reason') }}
    end as link_row,
    case
        when valued.kind <> 'decision_not_applied' and left_record.record_id is not null and right_record.record_id is not null
            then {{ decision_row('never_link', 'left_record', 'right_record', 'data_time.decided_at', 'valued.reason') }}
    end as never_link_row,
    case
        when valued.kind = 'limited_block' and valued.rule in ('email', 'phone', 'vat')
            then concat_ws(
                ',', valued.rule, {{ csv_field(json_text('valued.evidence', '$.value')) }}, {{ csv_field('valued.reason') }}
            )
    end as junk_row
from valued
cross join data_time
left join record as left_record
    on valued.left_record_id = left_record.record_id
left join record as right_record
    on valued.right_record_id = right_record.record_id
left join currency as main_currency
    on main_currency.currency_rank = 1
