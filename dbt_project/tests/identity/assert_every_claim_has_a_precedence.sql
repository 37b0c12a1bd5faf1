-- Every attribute that systems claim has its row in the seed precedence. When it fails, add the row: until then no system is
-- believed before another.

{%- for entity in ['customer', 'billing_account', 'product', 'service', 'resource'] %}
select distinct
    entity,
    attribute
from {{ ref('int_' ~ entity ~ '__claim') }}
where rule is null
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
