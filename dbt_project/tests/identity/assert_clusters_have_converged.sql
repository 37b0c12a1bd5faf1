-- Label propagation runs in fixed rounds (variable identity_rounds): an accepted link whose two ends are in different clusters
-- means that a cluster was too long for them. When it fails, raise identity_rounds; look first whether one value links too many.
-- Links that a steward's never-link decision cut on purpose are left out.

{%- for entity in ['billing_account', 'product', 'service', 'resource'] %}
select
    '{{ entity }}' as entity,
    links.left_record_id,
    links.right_record_id
from {{ ref('int_' ~ entity ~ '__links') }} as links
inner join {{ ref('int_' ~ entity ~ '__grouping') }} as left_end
    on links.left_record_id = left_end.record_id
inner join {{ ref('int_' ~ entity ~ '__grouping') }} as right_end
    on links.right_record_id = right_end.record_id
where links.is_accepted
    and left_end.senior_record_id <> right_end.senior_record_id
union all
{%- endfor %}
select
    'customer' as entity,
    links.left_record_id,
    links.right_record_id
from {{ ref('int_customer__link_judged') }} as links
inner join {{ ref('int_customer__chain') }} as left_end
    on links.left_record_id = left_end.record_id
inner join {{ ref('int_customer__chain') }} as right_end
    on links.right_record_id = right_end.record_id
where links.is_accepted
    and left_end.senior_record_id <> right_end.senior_record_id
union all
-- Of a chain that was parted: records whose part was still changing in the last round, and links that hold whatever contradicts.
select
    'customer' as entity,
    record_id as left_record_id,
    senior_record_id as right_record_id
from {{ ref('int_customer__component') }}
where not is_settled
union all
select
    'customer' as entity,
    left_record_id,
    right_record_id
from {{ ref('int_customer__links') }}
where method in ('steward', 'key')
    and rejection_reason = 'cluster_contradiction'
