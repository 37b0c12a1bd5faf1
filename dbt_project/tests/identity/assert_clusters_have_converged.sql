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
from {{ ref('int_customer__links') }} as links
inner join {{ ref('int_customer__component') }} as left_end
    on links.left_record_id = left_end.record_id
inner join {{ ref('int_customer__component') }} as right_end
    on links.right_record_id = right_end.record_id
where links.is_accepted
    and left_end.senior_record_id <> right_end.senior_record_id
