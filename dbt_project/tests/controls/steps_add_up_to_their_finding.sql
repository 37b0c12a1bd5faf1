-- Findings whose steps don't add up to their amount, or that have none. It means that a control counts money which its own
-- arithmetic does not show; finance can't follow such a finding. Look at the control's leak_ and _step models.

select
    finding.finding_id,
    finding.control_id,
    finding.amount,
    round(sum(step.amount), 2) as steps_amount
from {{ ref('fct_leakage_finding') }} as finding
left join {{ ref('fct_leakage_step') }} as step
    on finding.finding_id = step.finding_id
where finding.status = 'open'
group by finding.finding_id, finding.control_id, finding.amount
having coalesce(round(sum(step.amount), 2), 0) <> finding.amount
