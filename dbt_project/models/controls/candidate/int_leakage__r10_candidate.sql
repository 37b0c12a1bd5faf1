-- R10: prepaid balances that their records don't explain. Grain: prepaid account, period and currency.
-- Due at the end is what was there at the end of the period before (else the opening balance) and what was posted in the period. A payment is due
-- once and a voucher once, whoever names it again, and a voucher with its face value; what was taken back counts with what took it back.

with

balance as (
    select
        *,
        lag(closing_amount) over (
            partition by prepaid_account_id, currency_code
            order by period_start nulls last
        ) as previous_amount,
        lag(period_end) over (
            partition by prepaid_account_id, currency_code
            order by period_start nulls last
        ) as previous_end
    from {{ ref('fct_prepaid_balance') }}
),

taken_back as (
    select distinct reverses_transaction_id as prepaid_transaction_id
    from {{ ref('fct_prepaid_transaction') }}
    where reverses_transaction_id is not null
),

ranked as (
    select
        record.*,
        taken_back.prepaid_transaction_id is not null as is_taken_back,
        row_number() over (
            partition by
                record.transaction_type,
                coalesce(record.voucher_serial, record.payment_reference, record.prepaid_transaction_id),
                taken_back.prepaid_transaction_id is not null
            order by record.posted_at nulls last, record.prepaid_transaction_id nulls last
        ) as naming
    from {{ ref('fct_prepaid_transaction') }} as record
    left join taken_back
        on record.prepaid_transaction_id = taken_back.prepaid_transaction_id
),

judged as (
    select
        *,
        {{ local_date('posted_at') }} as posted_date,
        case
            when transaction_type in ('top_up', 'voucher') and not is_taken_back and naming > 1 then 0
            when transaction_type = 'voucher' and not is_taken_back then coalesce(voucher_face_value, amount)
            else amount
        end as due_amount
    from ranked
),

moved as (
    select
        balance.prepaid_account_id,
        balance.period_start,
        balance.currency_code,
        sum(case when judged.transaction_type in ('top_up', 'voucher', 'reversal') then judged.due_amount else 0 end) as topped_up,
        sum(case when judged.transaction_type in ('usage', 'fee') then judged.due_amount else 0 end) as used,
        sum(case when judged.transaction_type = 'expiry' then judged.due_amount else 0 end) as expired,
        sum(
            case when judged.transaction_type in ('transfer', 'adjustment', 'bonus') then judged.due_amount else 0 end
        ) as adjusted,
        sum(case when judged.transaction_type = 'top_up' then judged.amount - judged.due_amount else 0 end) as paid_once_amount,
        sum(case when judged.transaction_type = 'voucher' then judged.amount - judged.due_amount else 0 end) as used_before_amount,
        min(case when judged.amount <> judged.due_amount then judged.prepaid_transaction_id end) as repeated_transaction_id,
        count(*) as records
    from balance
    inner join judged
        on balance.prepaid_account_id = judged.prepaid_account_id
        and balance.currency_code = judged.currency_code
        and judged.posted_date >= balance.period_start
        and judged.posted_date < balance.period_end
    group by balance.prepaid_account_id, balance.period_start, balance.currency_code
),

compared as (
    select
        balance.prepaid_account_id,
        balance.period_start,
        balance.period_end,
        balance.currency_code,
        cast(
            case when balance.previous_end = balance.period_start then balance.previous_amount else balance.opening_amount end
            as decimal(18, 2)
        ) as opening_amount,
        balance.opening_amount as said_opening_amount,
        balance.closing_amount,
        cast(coalesce(moved.topped_up, 0) as decimal(18, 2)) as topped_up_amount,
        cast(coalesce(moved.used, 0) as decimal(18, 2)) as used_amount,
        cast(coalesce(moved.expired, 0) as decimal(18, 2)) as expired_amount,
        cast(coalesce(moved.adjusted, 0) as decimal(18, 2)) as adjusted_amount,
        coalesce(moved.paid_once_amount, 0) as paid_once_amount,
        coalesce(moved.used_before_amount, 0) as used_before_amount,
        moved.repeated_transaction_id,
        coalesce(moved.records, 0) as records
    from balance
    left join moved
        on balance.prepaid_account_id = moved.prepaid_account_id
        and balance.period_start = moved.period_start
        and balance.currency_code = moved.currency_code
),

differing as (
    select
        *,
        cast(
            closing_amount - (opening_amount + topped_up_amount + used_amount + expired_amount + adjusted_amount)
            as decimal(18, 2)
        ) as difference_amount
    from compared
)

select
    concat_ws(':', 'prepaid_balance', prepaid_account_id, cast(period_start as string), currency_code) as claim_key,
    'R10' as control_id,
    case when difference_amount > 0 then 'under' else 'over' end as direction,
    prepaid_account_id,
    period_start,
    period_end,
    currency_code,
    opening_amount,
    said_opening_amount,
    closing_amount,
    topped_up_amount,
    used_amount,
    expired_amount,
    adjusted_amount,
    repeated_transaction_id,
    records,
    difference_amount,
    case
        when used_before_amount <> 0 then 'voucher'
        when paid_once_amount <> 0 then 'top_up'
        when difference_amount < 0 then 'lost_credit'
        when expired_amount < 0 or said_opening_amount <> opening_amount then 'expiry'
        else 'deduction'
    end as process
from differing
where abs(difference_amount) >= {{ control_parameter('R10', 'rounding_tolerance', 'decimal(18, 2)') }}
