-- The arithmetic of R6: the tax due on the charges of each category, less the tax billed; turned round where the customer paid too
-- much. Grain: invoice and category, and one more per invoice for what was billed.

with

candidate as (
    {{ owned_candidates('r6') }}
),

part as (
    select
        candidate.*,
        due.due_category as part_key,
        due.taxable_amount,
        due.tax_rate,
        due.tax_amount as part_amount
    from candidate
    inner join {{ ref('int_bill__tax_due') }} as due
        on candidate.invoice_id = due.invoice_id
    union all
    select
        candidate.*,
        'billed' as part_key,
        cast(null as decimal(18, 2)) as taxable_amount,
        cast(null as decimal(9, 4)) as tax_rate,
        -candidate.billed_amount as part_amount
    from candidate
)

select
    control_id,
    case when difference_amount > 0 then 'under' else 'over' end as direction,
    concat_ws(':', 'billing.invoice', invoice_id) as subject_key,
    period_start,
    currency_code,
    concat_ws(':', claim_key, part_key) as step_key,
    case
        when part_key = 'billed' and difference_amount > 0 then '0 - billed_tax'
        when part_key = 'billed' then 'billed_tax'
        when difference_amount > 0 then 'round(taxable_amount * tax_rate, 2)'
        else '0 - round(taxable_amount * tax_rate, 2)'
    end as formula,
    case
        when part_key = 'billed' then {{ json_object_text([('billed_tax', 'cast(billed_amount as string)')]) }}
        else {{ json_object_text([
            ('taxable_amount', 'cast(taxable_amount as string)'),
            ('tax_rate', 'cast(tax_rate as string)'),
        ]) }}
    end as factors,
    {{ json_object_text([('billing.invoice', 'invoice_id')]) }} as source_records,
    cast(case when difference_amount > 0 then part_amount else -part_amount end as decimal(18, 6)) as amount
from part
