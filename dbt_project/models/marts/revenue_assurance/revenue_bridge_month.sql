-- From billable to billed in one row. Grain: month, customer_type, currency_code.
-- The leaks are added up by the stage of the chain whose control found them; revenue_bridge_part has them control by control.
-- While a control that billable is derived beside can't tell, for want of a source, its leaks are in what is unexplained.
{%- set stages = ['offer', 'order', 'usage', 'rating_and_billing', 'collection', 'partner', 'migration', 'network_slice'] %}

with

part as (
    select
        part.*,
        control.stage
    from {{ ref('revenue_bridge_part') }} as part
    left join {{ ref('dim_control') }} as control
        on part.part = control.control_id
),

summed as (
    select
        month,
        customer_type,
        currency_code,
        sum(case when part_type = 'billable' then amount else 0 end) as billable_amount,
        {%- for direction, sign in [('under', '-'), ('over', '')] %}
        {%- for stage in stages %}
        sum(case when part_type = '{{ direction }}' and stage = '{{ stage }}' then {{ sign }}amount else 0 end)
            as {{ direction }}_{{ stage }}_amount,
        {%- endfor %}
        {%- endfor %}
        sum(case when part_type = 'timing' then -amount else 0 end) as timing_amount,
        sum(case when part_type = 'unexplained' then -amount else 0 end) as unexplained_amount,
        sum(case when part_type = 'billed' then amount else 0 end) as billed_amount
    from part
    group by month, customer_type, currency_code
),

silent as (
    select count(*) as silent_controls
    from {{ ref('billable_basis') }} as basis
    inner join {{ ref('dim_control') }} as control
        on basis.control_id = control.control_id
    where basis.basis = 'derived' and control.status <> 'active'
)

select
    month,
    customer_type,
    currency_code,
    cast(billable_amount as decimal(18, 2)) as billable_amount,
    {%- for direction in ['under', 'over'] %}
    {%- for stage in stages %}
    cast({{ direction }}_{{ stage }}_amount as decimal(18, 2)) as {{ direction }}_{{ stage }}_amount,
    {%- endfor %}
    {%- endfor %}
    cast(timing_amount as decimal(18, 2)) as timing_amount,
    cast(unexplained_amount as decimal(18, 2)) as unexplained_amount,
    cast(billed_amount as decimal(18, 2)) as billed_amount,
    silent.silent_controls = 0 as is_complete
from summed
cross join silent
